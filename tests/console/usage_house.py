"""A console with two customers who use something every day, one who never did, and people of every role."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from billing_core.bootstrap import application
from billing_core.console import session
from billing_core.domain.clock import SystemClock
from billing_core.domain.identity import MemberRole, StaffRole, Viewer
from billing_core.domain.usage import UsageEvent
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.identity.view_session import viewer_of
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.create_member import create_member
from billing_core.services.organizations.open_organization import open_organization
from billing_core.settings import ROOT
from tests.builders import an_event, credits
from tests.identity_house import PASSWORD, cheap_passwords
from tests.product import NOON, SYSTEM, Product, a_product

DAYS = 60
PEOPLE = {
    "admin": "ada@tollbooth.test",
    "analyst": "theo@tollbooth.test",
    "owner": "priya@northwind.test",
    "member": "marco@northwind.test",
    "quiet": "quinn@quiet.test",
}
_MODELS = (("openai", "gpt-4"), ("anthropic", "claude-3"), ("mistral", "mistral-7b"), ("self-hosted", "mystery-1"))


@dataclass(frozen=True)
class UsageHouse:
    """The product, its organizations by name, the members and departments of usage, and everyone's session."""

    product: Product
    organizations: dict[str, str]
    desks: dict[str, tuple[str, str]]
    tokens: dict[str, str]

    def viewer(self, role: str) -> Viewer:
        viewer = viewer_of(self.product, self.tokens[role], NOON)
        assert viewer is not None
        return viewer

    def record(self, *events: UsageEvent) -> None:
        """Take in events; the warehouse has them after `product.sync_warehouse()`."""
        outcomes = self.product.charge(*events, admit=False)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@contextmanager
def a_usage_house(folder: Path) -> Generator[UsageHouse]:
    """The house as the application of this process, at noon of 20 November 2026."""
    product = a_product(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in product.environment.items():
            patch.setenv(name, value)
        patch.setattr(SystemClock, "now", lambda _: NOON)
        application.cache_clear()
        st.cache_data.clear()
        house = UsageHouse(product, _organizations(product), {}, {})
        _people(house)
        house.record(*_events(house))
        product.sync_warehouse()
        yield house
        application().close()
        application.cache_clear()
        st.cache_data.clear()
    product.close()


class Tab:
    """A browser tab of one of the people; `open` goes to a page through the frame, and `org` is chosen before."""

    def __init__(self, house: UsageHouse, role: str, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(session, "token_source", lambda: house.tokens[role])
        self.test = AppTest.from_file(ROOT / "pages" / "shell.py", default_timeout=60)

    def open(self, page: str = "overview.py", **address: str | list[str]) -> "Tab":
        if "org" in address:
            self.test.query_params["org"] = address.pop("org")
        if page != "overview.py":
            self.test.run()
            self.test.switch_page(page)
        for key, value in address.items():
            self.test.query_params[key] = value
        self.test.run()
        assert not self.test.exception
        return self

    @property
    def metrics(self) -> dict[str, str]:
        return {metric.label: metric.value for metric in self.test.metric}

    @property
    def html(self) -> str:
        bodies = [element.proto.body for element in self.test.get("html")]
        return "".join(body for body in bodies if not body.startswith("<style"))

    @property
    def text(self) -> str:
        """Everything that is written on the page."""
        words = [*self.test.title, *self.test.header, *self.test.caption, *self.test.markdown, *self.test.code]
        tables = [table.value.to_string() for table in self.test.table]
        helps = [f"{metric.label} {metric.value} {metric.help}" for metric in self.test.metric]
        options = [option for group in self.test.button_group for option in group.options]
        return "\n".join([*(str(item.value) for item in words), *tables, *helps, *map(str, options), self.html])

    def total(self, column: str, table: int = 0) -> Any:
        """The last row of a table, as the number itself."""
        return self.test.table[table].value[column].iloc[-1]


def _organizations(product: Product) -> dict[str, str]:
    ids: dict[str, str] = {}
    for name, plan, zone in (
        ("Northwind AI", "professional", "Europe/Berlin"),
        ("Harbor Retail", "free", "UTC"),
        ("Quiet Corner", "starter", "UTC"),
    ):
        with product.write() as uow:
            ids[name] = open_organization(
                uow,
                name=name,
                plan_code=plan,
                time_zone=zone,
                sign_up_credits=credits("0"),
                actor=SYSTEM,
                now=NOON - timedelta(days=DAYS + 10),
            ).id
    return ids


def _people(house: UsageHouse) -> None:
    product, passwords = house.product, cheap_passwords()
    with product.write() as uow:
        for role in StaffRole:
            create_staff(
                uow,
                passwords,
                email=PEOPLE[role],
                name=role.title(),
                role=role,
                password=PASSWORD,
                actor=SYSTEM,
                now=NOON,
            )
        for person, organization, role in (
            ("owner", "Northwind AI", MemberRole.OWNER),
            ("member", "Northwind AI", MemberRole.MEMBER),
            ("quiet", "Quiet Corner", MemberRole.OWNER),
        ):
            organization_id = house.organizations[organization]
            department = create_department(
                uow, organization_id=organization_id, name=f"The {person}s", actor=SYSTEM, now=NOON
            )
            created = create_member(
                uow,
                passwords,
                organization_id=organization_id,
                email=PEOPLE[person],
                name=person.title(),
                role=role,
                department_id=department.id,
                password=PASSWORD,
                actor=SYSTEM,
                now=NOON,
            )
            house.desks[person] = (created.member.id, department.id)
    for person, email in PEOPLE.items():
        house.tokens[person] = sign_in(
            product, passwords, email=email, password=PASSWORD, address="127.0.0.1", user_agent="test", now=NOON
        )


def _events(house: UsageHouse) -> Iterator[UsageEvent]:
    """Five calls a day and organization, at changing hours, some of them failing, growing by a token a day."""
    for name, desks in (("Northwind AI", [house.desks["owner"], house.desks["member"]]), ("Harbor Retail", [])):
        for day in range(DAYS):
            for number in range(5):
                at = NOON - timedelta(days=day, hours=number * 2 + 1)
                member, department = desks[number % 2] if number < 3 and desks else (None, None)
                yield usage_on(house.organizations[name], at, number, DAYS - day, member=member, department=department)


def usage_on(organization_id: str, at: datetime, number: int, size: int, **details: object) -> UsageEvent:
    """One call; its number decides model, feature and whether it fails, and the fifth has no model."""
    provider, model = (None, None) if number == 4 else _MODELS[number]
    return an_event(
        organization_id,
        ("chat", "generate_content", "content_agent", "chat", "CategorizationAgent")[number],
        f"{at.isoformat()}-{number}",
        occurred_at=at,
        provider=provider,
        model=model,
        input_tokens=0 if model is None else 1_000 + 17 * size + number,
        output_tokens=0 if model is None else 100 + 3 * size,
        latency_ms=None if model is None else 400 + 10 * number + size,
        is_error=number == 2 and size % 7 == 0,
        **details,
    )
