"""A batch of charges: once each, in order, all written together, whatever is repeated or wrong beside it."""

import dataclasses
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import (
    BillingError,
    EventConflict,
    InsufficientFunds,
    InvalidInput,
    NotFound,
)
from billing_core.domain.ledger import Account
from billing_core.services.charging.ports import Receipt
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.organizations.create_department import create_department
from tests.builders import an_event, credits, usd
from tests.product import NOON, SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def in_order(product: Product) -> bool:
    return list(audit_books(product)) == []


def test_thirty_two_threads_spend_a_thousand_credits_exactly(product: Product) -> None:
    organization_id = product.organization(credits="1000")

    def call(number: int) -> str:
        try:
            product.charges.charge(an_event(organization_id, "generate_content", f"call-{number}"))
        except InsufficientFunds:
            return "refused"
        return "charged"

    with ThreadPoolExecutor(32) as threads:
        outcomes = Counter(threads.map(call, range(200)))
    assert outcomes == {"charged": 100, "refused": 100}
    with product.read() as uow:
        assert read_balance(uow, organization_id, NOON).credits == credits("0")
    assert in_order(product)


def test_the_same_event_again_gives_the_first_receipt_and_changes_nothing(product: Product) -> None:
    organization_id = product.organization(credits="100")
    event = an_event(organization_id, "generate_content")
    (first,) = product.charge(event)
    second, third = product.charge(event, event)
    assert isinstance(first, Receipt)
    assert not first.is_duplicate
    assert second == third == first._replace(is_duplicate=True)
    assert in_order(product)


def test_the_same_identity_with_another_payload_is_a_conflict(product: Product) -> None:
    organization_id = product.organization(credits="100")
    event = an_event(organization_id, "generate_content")
    product.charge(event)
    for other in (
        dataclasses.replace(event, feature="chat"),
        dataclasses.replace(event, is_error=True),
        dataclasses.replace(event, occurred_at=NOON),
        an_event(organization_id, "generate_content", units=2),
    ):
        (refusal,) = product.charge(other)
        assert isinstance(refusal, EventConflict)
        assert refusal.field == "event_id"


def test_one_refused_event_does_not_disturb_the_others(product: Product) -> None:
    organization_id = product.organization(credits="10")
    outcomes = product.charge(
        an_event("org_nobody", "chat", "a"),
        an_event(organization_id, "chatt", "b"),
        an_event(organization_id, "chat", "c", occurred_at=NOON + timedelta(hours=1)),
        an_event(organization_id, "chat", "d", member="mem_of_someone_else"),
        an_event(organization_id, "generate_content", "e"),
        an_event(organization_id, "generate_content", "f"),
    )
    fields = [outcome.field if isinstance(outcome, BillingError) else None for outcome in outcomes]
    assert [type(outcome) for outcome in outcomes] == [
        NotFound,
        NotFound,
        InvalidInput,
        NotFound,
        Receipt,
        InsufficientFunds,
    ]
    assert fields[:4] == ["organization_id", "feature", "occurred_at", "member"]
    assert in_order(product)


def test_a_refused_event_may_be_sent_again_when_there_are_credits(product: Product) -> None:
    organization_id = product.organization()
    event = an_event(organization_id, "generate_content")
    (refused,) = product.charge(event)
    assert isinstance(refused, InsufficientFunds)
    product.grant(organization_id, "10")
    (charged,) = product.charge(event)
    assert isinstance(charged, Receipt)


def test_credits_that_were_bought_become_revenue_at_what_they_cost(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "500", "39.90")
    for number in range(50):
        product.charge(an_event(organization_id, "generate_content", str(number)))
    with product.read() as uow:
        (state,) = uow.credits.grants(organization_id)
        revenue = uow.ledger.balance_nanos(organization_id, Account.USAGE_REVENUE, "USD")
        deferred = uow.ledger.balance_nanos(organization_id, Account.DEFERRED_REVENUE, "USD")
    assert state.remaining_nanos == 0
    assert (revenue, deferred) == (-usd("39.90").nanos, 0)
    assert in_order(product)


def test_usage_is_priced_with_what_the_provider_charged_on_its_day(product: Product) -> None:
    organization_id = product.organization()
    counts = {"input_tokens": 1_000, "output_tokens": 1_000, "provider": "openai"}
    outcomes = product.charge(
        an_event(organization_id, "chat", "a", model="gpt-4", occurred_at=NOON - timedelta(days=1_000), **counts),
        an_event(organization_id, "chat", "b", model="gpt-4", occurred_at=NOON - timedelta(days=30_000), **counts),
        an_event(organization_id, "chat", "c", model="no-such-model", **counts),
        an_event(organization_id, "chat", "d"),
        admit=False,
    )
    receipts = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    assert [receipt.provider_cost for receipt in receipts] == [usd("0.09"), None, None, None]
    assert [receipt.is_unpriced for receipt in receipts] == [False, True, True, False]


def test_the_database_refuses_to_change_what_has_happened(product: Product) -> None:
    organization_id = product.organization(credits="10")
    product.charge(an_event(organization_id, "generate_content"))
    for table in ("usage_event", "credit_allocation", "ledger_entry", "ledger_posting", "audit_record"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET organization_id = 'org_x'"):
            with (
                pytest.raises(DBAPIError, match=r"never changes|no such column|does not exist"),
                product.database.write() as connection,
            ):
                connection.exec_driver_sql(statement)


def test_a_department_is_no_member(product: Product) -> None:
    organization_id = product.organization()
    with product.write() as uow:
        department_id = create_department(
            uow, organization_id=organization_id, name="Research", actor=SYSTEM, now=NOON
        ).id
    (charged,) = product.charge(an_event(organization_id, "chat", "a", department=department_id))
    (refused,) = product.charge(an_event(organization_id, "chat", "b", member=department_id))
    assert isinstance(charged, Receipt)
    assert isinstance(refused, NotFound)
    assert refused.field == "member"


def test_what_is_too_much_to_count_is_refused_and_disturbs_nobody(product: Product) -> None:
    one, other = product.organization("One"), product.organization("Other", credits="10")
    tokens = {"provider": "openai", "model": "gpt-4", "input_tokens": 2 * 10**14}  # $6,000,000,000
    outcomes = product.charge(
        an_event(one, "chat", "a", **tokens),
        an_event(one, "chat", "b", **tokens),
        an_event(other, "generate_content"),
        admit=False,
    )
    assert [type(outcome) for outcome in outcomes] == [Receipt, InvalidInput, Receipt]
    assert in_order(product)
