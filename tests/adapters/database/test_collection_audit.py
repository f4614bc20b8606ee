"""The self-audit sees what was collected and not posted, and the other way round."""

from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.domain.identity import MemberRole
from billing_core.domain.top_up import TopUp, TopUpState
from billing_core.services.seats.add_member import add_member
from billing_core.services.top_up.ports import Payment
from billing_core.services.top_up.settle_top_up import settle_top_up
from tests.builders import usd
from tests.plain_passwords import PlainPasswords
from tests.product import NOON, SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """A team with a sixth member and one automatic top-up."""
    product = a_product(tmp_path)
    owner = product.organization("Northwind AI", "team")
    for number in range(6):
        with product.write() as uow:
            add_member(
                uow,
                PlainPasswords(),
                organization_id=owner,
                email=f"m{number}@example.com",
                name=f"M{number}",
                role=MemberRole.OWNER,
                operation=str(number),
                actor=SYSTEM,
                now=NOON,
            )
    top_up = TopUp(id="top_1", organization_id=owner, state=TopUpState.PENDING, amount=usd("25"), created_at=NOON)
    with product.write() as uow:
        assert uow.top_ups.begin(top_up)
        assert settle_top_up(uow, top_up, Payment("pi_1", "succeeded", usd("25")), NOON + timedelta(seconds=1))
    return product


def findings(product: Product) -> list[tuple[str, str]]:
    with product.read() as uow:
        return [(finding.invariant, finding.row.split()[0]) for finding in uow.collection_audit.findings()]


def damage(product: Product, statement: str) -> None:
    with product.database.write() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(query).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in ("seat_change", "ledger_posting"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.exec_driver_sql(statement)


def test_what_is_in_order_is_not_found(product: Product) -> None:
    assert findings(product) == []


@pytest.mark.parametrize(
    ("statement", "invariant", "table"),
    [
        (
            "UPDATE seat_change SET amount_nanos = amount_nanos + 1, owed_nanos = owed_nanos + 1 WHERE seats_paid = 1",
            "seats are posted once",
            "seat_change",
        ),
        ("DELETE FROM seat_change WHERE seats_paid = 1", "posted seats are on record", "ledger_entry"),
        ("UPDATE top_up SET amount_nanos = amount_nanos + 1", "top-ups are booked once", "top_up"),
        ("UPDATE top_up SET state = 'declined', reason = 'x'", "top-ups are booked once", "top_up"),
        (
            "UPDATE ledger_posting SET amount_nanos = amount_nanos - 1 WHERE account = 'liability:balance'",
            "top-ups are booked once",
            "top_up",
        ),
    ],
)
def test_what_is_not_is_named(product: Product, statement: str, invariant: str, table: str) -> None:
    damage(product, statement)
    assert findings(product) == [(invariant, table)]
