"""Loading the demo data: once, wholly or not at all, with books that are in order and people who can sign in."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from billing_core.adapters.database.schema.alerts import alert
from billing_core.adapters.database.schema.credits import credit_grant
from billing_core.adapters.database.schema.identity import person
from billing_core.adapters.database.schema.organizations import department, member, organization
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.usage_files.call_trace import read_call_trace
from billing_core.bootstrap.initialize import DEMO_TRACE
from billing_core.domain.credits import Origin
from billing_core.domain.errors import SignInFailed
from billing_core.services.demo.accounts import ACCOUNTS, PASSWORD, demo_accounts
from billing_core.services.demo.customers import CUSTOMERS
from billing_core.services.demo.load_demo import load_demo
from billing_core.services.demo.ports import OnProgress
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.verification.verify_books import verify_books
from tests.product import Product, a_product

TRACE = read_call_trace(DEMO_TRACE)
SMALL = [replace(customer, calls=max(customer.calls // 400, 40)) for customer in CUSTOMERS]
DAYS = 20


def load(product: Product, on_progress: OnProgress = lambda _count, _part: None) -> bool:
    return load_demo(
        product.write,
        product.passwords,
        product.catalog_settings,
        TRACE,
        product.clock.now(),
        on_progress,
        customers=SMALL,
        days=DAYS,
    )


def count(product: Product, table: Table) -> int:
    with product.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(scope="module")
def progress() -> list[tuple[int, float]]:
    """What the load of `product` told of its progress."""
    return []


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, progress: list[tuple[int, float]]) -> Product:
    loaded = a_product(tmp_path_factory.mktemp("demo"))
    loaded.clock.advance(hours=3, minutes=40)
    assert load(loaded, lambda events, part: progress.append((events, part)))
    return loaded


def test_a_second_load_changes_nothing(product: Product):
    tables = (usage_event, credit_grant, organization, person, alert)
    before = [count(product, table) for table in tables]
    assert not load(product)
    assert [count(product, table) for table in tables] == before


def test_a_load_that_is_cut_short_leaves_nothing_behind(tmp_path: Path):
    fresh = a_product(tmp_path / "data")

    def pull_the_plug(_count: int, part: float) -> None:
        if part > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(fresh, pull_the_plug)
    assert [count(fresh, table) for table in (organization, person, usage_event, credit_grant)] == [0] * 4
    assert load(fresh)


def test_the_books_of_the_demo_are_in_order(product: Product):
    with product.read() as uow:
        assert list(verify_books(uow.books_audit, uow.catalog)) == []


def test_everything_is_marked_as_demo_and_fills_the_days_up_to_now(product: Product):
    with product.read() as uow:
        organizations = uow.organizations.organizations()
    assert len(organizations) == 12
    assert all(found.is_demo for found in organizations)
    with product.database.read() as connection:
        first, last = connection.execute(
            select(func.min(usage_event.c.occurred_at), func.max(usage_event.c.occurred_at))
        ).one()
        wrong = connection.scalars(
            select(usage_event.c.id).where(
                (usage_event.c.occurred_at > usage_event.c.recorded_at)
                | (usage_event.c.recorded_at > product.clock.now())
            )
        ).all()
    assert product.clock.now() - timedelta(days=DAYS) < first < product.clock.now() - timedelta(days=DAYS - 2)
    assert product.clock.now() - timedelta(hours=6) < last <= product.clock.now()
    assert wrong == []


def test_progress_ends_with_every_event_and_the_whole_of_it(product: Product, progress: list[tuple[int, float]]):
    assert progress == sorted(progress)
    assert progress[-1] == (count(product, usage_event), 1)


def test_everyone_sits_in_a_department_and_only_the_known_can_sign_in(product: Product):
    people = sum(len(customer.people) for customer in CUSTOMERS)
    assert count(product, member) == people
    assert count(product, person) == people + 2
    assert count(product, department) > 12
    assert demo_accounts(product) == [
        ("Administrator", "dana@tollbooth.demo", PASSWORD),
        ("Analyst", "theo@tollbooth.demo", PASSWORD),
        ("Owner", "priya@northwind.demo", PASSWORD),
        ("Member", "marco@northwind.demo", PASSWORD),
    ]
    now = product.clock.now()
    for account in ACCOUNTS:
        assert sign_in(
            product, product.passwords, email=account.email, password=PASSWORD, address="", user_agent="", now=now
        )
    with pytest.raises(SignInFailed):
        sign_in(
            product,
            product.passwords,
            email="jonas.weber@northwind.demo",
            password=PASSWORD,
            address="",
            user_agent="",
            now=now,
        )


def test_no_demo_sign_ins_are_told_where_there_is_no_demo(tmp_path: Path):
    assert demo_accounts(a_product(tmp_path / "data")) == []


def test_customers_only_use_what_their_plan_has_and_models_that_are_priced_but_one(product: Product):
    with product.read() as uow:
        pairs = {(item.provider, item.model) for customer in CUSTOMERS for item in customer.workloads}
        books = uow.catalog.price_books(pairs)
        for customer in CUSTOMERS:
            features = uow.catalog.version_in_force(customer.plan_code, product.clock.now()).terms.features
            assert {item.feature for item in customer.workloads} <= set(features)
    assert [pair for pair in pairs if books[pair] is None] == [("self-hosted", "llama-3.3-70b")]


def test_credits_come_from_sign_up_plans_and_presents_and_one_expires_soon(product: Product):
    with product.database.read() as connection:
        grants = connection.execute(select(credit_grant)).mappings().all()
    assert {Origin(row["origin"]) for row in grants} >= {Origin.SIGN_UP, Origin.PLAN, Origin.PROMOTION}
    soon = product.clock.now() + timedelta(days=10)
    expiring = [row["name"] for row in grants if product.clock.now() < (row["expires_at"] or soon) < soon]
    assert "Content agent trial" in expiring
