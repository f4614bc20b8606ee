"""Credits begin when they are meant to, expire into breakage, and can be voided."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.credits import GrantState
from billing_core.domain.errors import BillingError, Conflict, InsufficientFunds, InvalidInput, NotFound
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.write_offs import Ending, WriteOff
from billing_core.services.credits.errors import NothingToVoid
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.credits.read_history import MovementKind, read_history
from billing_core.services.credits.void_grant import void_grant
from tests.builders import an_event, credits, usd
from tests.product import NOON, SYSTEM, Product, a_product

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


@pytest.fixture
def owner(product: Product) -> str:
    return product.organization()


def use(product: Product, owner: str, units: int, key: str = "use") -> Any:
    """Ten credits a unit."""
    (outcome,) = product.charge(an_event(owner, "generate_content", key, units=units))
    return outcome


def expire(product: Product) -> int:
    """Until nothing is left, as the job does it; the number of grants."""
    total = 0
    while True:
        with product.write() as uow:
            count = expire_credits(uow, product.clock.now())
        if not count:
            return total
        total += count


def grants(product: Product, owner: str) -> list[GrantState]:
    with product.read() as uow:
        return list(uow.credits.grants(owner))


def balance(product: Product, owner: str, account: Account, currency: str = "USD") -> Money:
    with product.read() as uow:
        return Money(uow.ledger.balance_nanos(owner, account, currency), currency)


def void(product: Product, grant_id: str, operation: str = "void-1", **details: Any) -> WriteOff:
    given: dict[str, Any] = {"reason": "Fraud", "operation": operation, "actor": SYSTEM, "now": product.clock.now()}
    with product.write() as uow:
        return void_grant(uow, grant_id=grant_id, **(given | details))


def spendable(product: Product, owner: str) -> Money:
    with product.read() as uow:
        return read_balance(uow, owner, product.clock.now()).credits


def test_credits_can_be_used_from_the_day_they_begin(product: Product, owner: str) -> None:
    product.grant(owner, "50", effective_at=TOMORROW)
    assert spendable(product, owner) == credits("0")
    assert isinstance(use(product, owner, 1), InsufficientFunds)
    product.clock.set(TOMORROW)
    assert spendable(product, owner) == credits("50")
    assert use(product, owner, 1, "later").credits == credits("10")


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"effective_at": NOON - timedelta(microseconds=1)}, "effective_at"),
        ({"effective_at": datetime(2027, 1, 1)}, "effective_at"),  # noqa: DTZ001 - without a zone, to be refused
        ({"effective_at": TOMORROW, "expires_at": TOMORROW}, "expires_at"),
    ],
)
def test_a_grant_that_ends_before_it_begins_or_began_before_now_is_refused(
    product: Product, owner: str, times: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        product.grant(owner, "50", **times)
    assert refusal.value.field == field
    assert grants(product, owner) == []


def test_what_is_left_of_a_grant_becomes_breakage_when_it_ends(product: Product, owner: str) -> None:
    product.grant(owner, "500", "39.90", expires_at=TOMORROW)
    use(product, owner, 20)
    assert expire(product) == 0
    product.clock.set(TOMORROW)
    assert expire(product) == 1
    (state,) = grants(product, owner)
    assert (state.remaining_nanos, state.expired_nanos) == (0, credits("300").nanos)
    assert balance(product, owner, Account.USAGE_REVENUE) == usd("-15.96")
    assert balance(product, owner, Account.BREAKAGE_REVENUE) == usd("-23.94")
    assert balance(product, owner, Account.DEFERRED_REVENUE) == usd("0")
    assert balance(product, owner, Account.CREDITS, CREDITS) == credits("0")
    assert balance(product, owner, Account.CREDITS_EXPIRED, CREDITS) == credits("-300")
    assert expire(product) == 0
    assert list(audit_books(product)) == []


def test_credits_without_an_end_and_those_of_others_stay(product: Product, owner: str) -> None:
    other = product.organization("Other")
    for organization_id in (owner, other):
        product.grant(organization_id, "10")
    product.grant(owner, "20", expires_at=TOMORROW)
    product.clock.set(TOMORROW)
    assert expire(product) == 1
    assert spendable(product, owner) == spendable(product, other) == credits("10")


def test_what_a_hold_was_promised_expires_when_it_comes_back(product: Product, owner: str) -> None:
    product.grant(owner, "30", "3", expires_at=TOMORROW)
    hold(product, owner, "20")
    product.clock.set(TOMORROW)
    assert expire(product) == 1
    assert [state.remaining_nanos for state in grants(product, owner)] == [credits("20").nanos]
    hold(product, owner, "0")
    assert expire(product) == 1
    assert balance(product, owner, Account.BREAKAGE_REVENUE) == usd("-3")
    with product.read() as uow:
        assert [item.cost for item in uow.credits.write_offs(owner)] == [usd("1"), usd("2")]


def hold(product: Product, owner: str, amount: str) -> None:
    """What open holds were promised, as their own transaction writes it."""
    nanos = credits(amount).nanos
    with product.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE credit_grant SET held_nanos = {nanos}")
        connection.exec_driver_sql(f"UPDATE wallet SET held_nanos = {nanos} WHERE currency = 'CREDITS'")


def test_voiding_takes_back_what_is_free_and_says_who_did_it_and_why(product: Product, owner: str) -> None:
    grant_id = product.grant(owner, "100", "8")
    use(product, owner, 3)
    hold(product, owner, "20")
    item = void(product, grant_id)
    assert (item.kind, item.amount, item.cost) == (Ending.VOIDED, credits("50"), usd("4"))
    assert balance(product, owner, Account.BREAKAGE_REVENUE) == usd("-4")
    assert balance(product, owner, Account.CREDITS_VOIDED, CREDITS) == credits("-50")
    with product.read() as uow:
        (record,) = uow.audit.records_of("credit_grant", grant_id)
        history = read_history(uow, owner, product.clock.now())
    assert (record.action, record.actor.name) == ("credits.voided", SYSTEM.name)
    assert record.before == {"remaining": "70.00"}
    assert record.after == {"remaining": "20.00", "reason": "Fraud", "cost": "4.00 USD"}
    assert (MovementKind.VOIDED, credits("-50")) in [(move.kind, move.amount) for move in history.movements]


def test_voiding_twice_with_the_same_key_takes_back_once(product: Product, owner: str) -> None:
    grant_id, other_id = product.grant(owner, "100"), product.grant(owner, "50")
    assert void(product, grant_id) == void(product, grant_id)
    with pytest.raises(Conflict):
        void(product, other_id)
    with product.read() as uow:
        assert len(uow.audit.records_of("credit_grant", grant_id)) == 1


def test_what_was_paid_goes_where_the_void_says(product: Product, owner: str) -> None:
    void(product, product.grant(owner, "100", "8"), cost_into=Account.STRIPE_CLEARING)
    assert balance(product, owner, Account.STRIPE_CLEARING) == usd("0")
    assert balance(product, owner, Account.BREAKAGE_REVENUE) == usd("0")


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"grant_id": "grt_nothing"}, NotFound, "grant_id"),
        ({"reason": " "}, InvalidInput, "reason"),
        ({"cost_into": Account.BALANCE}, InvalidInput, "cost_into"),
        ({"operation": "wire"}, Conflict, "operation"),
    ],
)
def test_a_void_that_cannot_be_names_the_field_and_takes_nothing(
    product: Product, owner: str, change: dict[str, Any], kind: type[BillingError], field: str
) -> None:
    product.top_up(owner, "1", "wire")
    grant_id = product.grant(owner, "100")
    with pytest.raises(kind) as refusal:
        void(product, **({"grant_id": grant_id} | change))
    assert refusal.value.field == field
    assert spendable(product, owner) == credits("100")


def test_a_grant_with_nothing_free_says_where_its_credits_are(product: Product, owner: str) -> None:
    grant_id = product.grant(owner, "100")
    use(product, owner, 4)
    hold(product, owner, "60")
    with pytest.raises(NothingToVoid) as refusal:
        void(product, grant_id)
    assert refusal.value.details == {"granted": "100.00", "used": "40.00", "held": "60.00"}


def test_a_promotion_that_expires_moves_no_money(product: Product, owner: str) -> None:
    product.grant(owner, "100", expires_at=TOMORROW, features=frozenset({"chat"}))
    product.clock.set(TOMORROW)
    assert expire(product) == 1
    assert balance(product, owner, Account.BREAKAGE_REVENUE) == usd("0")
