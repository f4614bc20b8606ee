"""A served console: the real process on a free port, with a customer, people and a week of usage."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx

from billing_core.domain.clock import SettableClock
from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.organizations.create_member import create_member
from tests.builders import an_event
from tests.product import SYSTEM, Product, a_product

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
MODELS = (("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-4o"), ("google", "gemini-2.5-pro"))
PORTS_FROM, PORTS = 20_000, 10_000
CONNECT_RETRIES_MAX = 9  # the client doubles its wait each time: four minutes in all


@dataclass(frozen=True)
class Served:
    """Where the console is, and the product behind it, whose clock is the machine's."""

    url: str
    product: Product
    northwind: str
    acme: str

    def customer(self, name: str, plan: str, **people: MemberRole) -> str:
        """The id of a new customer without credits; each person signs in as `person@name.test` and PASSWORD."""
        self.product.clock.set(datetime.now(UTC))
        organization_id = self.product.organization(name, plan)
        for person, role in people.items():
            add_member(self.product, organization_id, f"{person}@{name.lower()}.test", person.title(), role)
        return organization_id


def furnish(folder: Path) -> tuple[Product, str, str]:
    """Two customers, four people, and usage of the last eight days."""
    product = a_product(folder)
    now = datetime.now(UTC)
    product.clock = SettableClock(now - timedelta(days=30))
    northwind, acme = product.organization("Northwind AI", "professional"), product.organization("Acme", "starter")
    with product.write() as uow:
        for email, name, staff_role in (
            ("admin@tollbooth.test", "Ada Admin", StaffRole.ADMIN),
            ("analyst@tollbooth.test", "Anna Lyst", StaffRole.ANALYST),
        ):
            create_staff(
                uow,
                product.passwords,
                email=email,
                name=name,
                role=staff_role,
                password=PASSWORD,
                actor=SYSTEM,
                now=product.clock.now(),
            )
    add_member(product, northwind, "owner@northwind.test", "Olive Owner", MemberRole.OWNER)
    add_member(product, northwind, "member@northwind.test", "Mem Ber", MemberRole.MEMBER)
    product.clock = SettableClock(now)
    for organization_id in (northwind, acme):
        product.charge(
            *(
                an_event(
                    organization_id,
                    event_id=str(number),
                    occurred_at=now - timedelta(hours=number),
                    provider=MODELS[number % 3][0],
                    model=MODELS[number % 3][1],
                    input_tokens=1_000 + number,
                    output_tokens=100,
                    latency_ms=500 + number,
                )
                for number in range(190)
            ),
            admit=False,
        )
    return product, northwind, acme


def add_member(product: Product, organization_id: str, email: str, name: str, role: MemberRole) -> None:
    """Someone who signs in with PASSWORD."""
    with product.write() as uow:
        create_member(
            uow,
            product.passwords,
            organization_id=organization_id,
            email=email,
            name=name,
            role=role,
            password=PASSWORD,
            actor=SYSTEM,
            now=product.clock.now(),
        )


@contextmanager
def serve(folder: Path) -> Generator[Served]:
    """Serve a furnished product for as long as the context lasts."""
    product, northwind, acme = furnish(folder)
    with running(folder, "--no-demo") as url:
        yield Served(url, product, northwind, acme)
    product.close()


@contextmanager
def running(folder: Path, *options: str) -> Generator[str]:
    """The address of a process that serves the data in `folder`, once it answers; it writes to `serve.log` there."""
    port = _own_port()
    environment = {**os.environ, "BILLING_DATA_DIR": str(folder), "PORT": str(port)}
    command = [sys.executable, "-m", "billing_core", "serve", *options]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            with httpx.Client(transport=httpx.HTTPTransport(retries=CONNECT_RETRIES_MAX)) as client:
                assert client.get(f"{url}/_stcore/health").is_success
            assert process.poll() is None, "Another server answers on this port."
            yield url
        finally:
            process.terminate()
            process.wait()


def _own_port() -> int:
    """A free port that no other worker is given: below those the system deals out, and chosen by this process."""
    for port in count(PORTS_FROM + os.getpid() % PORTS):
        with socket.socket() as candidate:
            if candidate.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every port is taken")
