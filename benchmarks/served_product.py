"""A product served over HTTP by a process of its own: uvicorn with one worker on loopback."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from time import sleep

from benchmarks.setting import a_product, an_organization
from billing_core.bootstrap import Application
from billing_core.domain.identity import Actor
from billing_core.services.organizations.create_api_key import create_api_key
from billing_core.settings import ROOT

HOST = "127.0.0.1"
TRIES_MAX = 600
SECONDS_BETWEEN_TRIES = 0.1
# More than any benchmark can send.
RATE_LIMIT = "100000000/minute"


@dataclass(frozen=True, slots=True)
class Served:
    """Where the API answers, a key that may charge, the organization it is of, and the same product in this process."""

    port: int
    secret: str
    organization_id: str
    application: Application


@contextmanager
def a_served_product() -> Generator[Served]:
    """The API of a new product with one organization, as long as the block lasts."""
    with a_product() as (application, place):
        organization_id = an_organization(application)
        secret = _a_key(application, organization_id)
        port = _free_port()
        command = [sys.executable, "-m", "uvicorn", "billing_core.api.main:app", "--host", HOST, "--port", str(port)]
        environment = {
            **os.environ,
            "BILLING_DATA_DIR": str(application.settings.data_dir),
            "DATABASE_URL": "",
            "STRIPE_SECRET_KEY": "",
            "STRIPE_WEBHOOK_SECRET": "",
            "BILLING_API_RATE_LIMIT": RATE_LIMIT,
        }
        with (place / "server.log").open("wb") as log:
            server = subprocess.Popen([*command, "--no-access-log"], cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                _wait_until_ready(server, port)
                yield Served(port, secret, organization_id, application)
            finally:
                server.terminate()
                server.wait()


def _a_key(application: Application, organization_id: str) -> str:
    with application.write() as uow:
        return create_api_key(
            uow,
            organization_id=organization_id,
            name="Benchmark",
            actor=Actor("system", "benchmark", "Benchmark", "localhost"),
            now=application.clock.now(),
        ).secret


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(TRIES_MAX):
        if server.poll() is not None:
            break
        with suppress(OSError):
            connection = HTTPConnection(HOST, port)
            connection.request("GET", "/api/health/ready")
            if connection.getresponse().status == 200:
                return
        sleep(SECONDS_BETWEEN_TRIES)
    raise RuntimeError("the server did not start")
