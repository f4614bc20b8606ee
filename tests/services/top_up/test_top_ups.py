"""Top-ups charge the saved card once, book once, wait, stop and warn."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import InvalidInput, ProviderFailure
from billing_core.domain.money import Money
from billing_core.domain.top_up import PAUSE_AFTER_DECLINE, TRIES_MAX, TopUp, TopUpState
from billing_core.services.alerts.ports import Alert
from billing_core.services.top_up.begin_top_up import begin_if_low, begin_top_ups
from billing_core.services.top_up.ports import Payment
from billing_core.services.top_up.run_top_ups import NO_CARD, RETRY_AFTER, run_top_ups
from billing_core.services.top_up.set_top_up import set_top_up
from billing_core.services.top_up.settle_top_up import settle_top_up
from tests.builders import an_event, credits, usd
from tests.product import NOON, SYSTEM, Product, a_product


class Death(Exception):
    """The process ends here."""


class Cards:
    """A payment provider that remembers payments by their key, and what it was told to do next."""

    account = "test"

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.payments: dict[str, Payment] = {}
        self.asked = 0
        self.before_answering: Callable[[], None] = lambda: None

    def charge_saved_card(self, top_up: TopUp, customer_id: str) -> Payment:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else "succeeded"
        if answer == "unreachable":
            raise ProviderFailure("Nobody answers.")
        if top_up.id not in self.payments:
            status: Any = answer
            reason = "card_declined" if answer == "declined" else None
            self.payments[top_up.id] = Payment(f"pi_{top_up.id}", status, top_up.amount, reason)
        self.before_answering()
        return self.payments[top_up.id]

    def find_payment(self, top_up: TopUp, customer_id: str) -> Payment | None:
        return self.payments.get(top_up.id)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


@pytest.fixture
def owner(product: Product) -> str:
    """An organization with $12.00, known to the provider, that tops up by $25 below $10, twice a day at most."""
    owner_id = product.organization("Northwind AI", "team")
    product.top_up(owner_id, "12")
    with product.write() as uow:
        uow.purchases.set_provider_id("customer:test", owner_id, "cus_1", NOON)
    settle(product, owner_id)
    return owner_id


def settle(product: Product, owner_id: str, **changes: Any) -> None:
    """Save the settings."""
    details: dict[str, Any] = {
        "threshold": usd("10"),
        "amount": usd("25"),
        "daily_cap": usd("50"),
        "cool_off": timedelta(minutes=30),
        "is_enabled": True,
    }
    with product.write() as uow:
        set_top_up(uow, organization_id=owner_id, actor=SYSTEM, now=product.clock.now(), **(details | changes))


def spend(product: Product, owner_id: str, event_id: str, uploads: int) -> None:
    """$0.20 from the balance for each upload beyond the allowance."""
    product.charge(an_event(owner_id, "document_upload", event_id, units=uploads), admit=False)


def run(product: Product, cards: Cards) -> int:
    return run_top_ups(product.write, cards, product.clock)


def balance(product: Product, owner_id: str) -> Money:
    with product.read() as uow:
        return uow.credits.wallet(owner_id, "USD").available


def states(product: Product, owner_id: str) -> list[TopUpState]:
    with product.read() as uow:
        return [item.state for item in uow.top_ups.latest(owner_id, 100)]


def alerts(product: Product) -> list[Alert]:
    with product.read() as uow:
        kinds = {rule.kind for rule in uow.alerts.rules()}
        found = uow.alerts.alerts(None, kinds=kinds, is_acknowledged=False, count_max=100)
        return [item for item in found if item.rule.kind.value == "top_up_failed"]


@pytest.fixture
def low(product: Product, owner: str) -> str:
    """The same organization, with $8.00 left."""
    spend(product, owner, "first", 250 + 20)
    assert balance(product, owner) == usd("8")
    return owner


def test_with_enough_left_nothing_happens(product: Product, owner: str) -> None:
    cards = Cards()
    assert run(product, cards) == 0
    assert (cards.asked, states(product, owner)) == (0, [])


def test_below_the_threshold_the_card_is_charged_and_the_balance_filled_up(product: Product, low: str) -> None:
    cards = Cards()
    assert run(product, cards) == 1
    assert balance(product, low) == usd("33")
    assert run(product, cards) == 0
    assert cards.asked == 1
    assert list(audit_books(product)) == []


def test_a_charge_that_leaves_too_little_begins_one_top_up(product: Product, low: str) -> None:
    for _ in range(2):
        with product.write() as uow:
            begin_top_ups(uow, uow.books.open([low], NOON - timedelta(days=32)).values(), NOON)
    assert states(product, low) == [TopUpState.PENDING]
    with product.write() as uow:
        settings = uow.top_ups.enabled()[0]
        assert not uow.top_ups.begin(
            TopUp(
                id="top_other",
                organization_id=low,
                state=TopUpState.PENDING,
                amount=settings.amount,
                created_at=NOON,
            )
        )


def test_credits_may_be_watched_together_with_the_balance(product: Product, owner: str) -> None:
    settle(product, owner, threshold=credits("121"))  # $12.00 pays for 120
    product.grant(owner, "1")
    with product.write() as uow:
        assert begin_if_low(uow, owner, NOON) is None
    spend(product, owner, "one", 250)
    assert states(product, owner) == []
    product.charge(an_event(owner, "MyFeature", "two"))
    assert states(product, owner) == [TopUpState.PENDING]


def test_the_cool_off_and_the_daily_cap_of_the_organization_s_day_are_kept(product: Product, low: str) -> None:
    cards = Cards()
    run(product, cards)
    spend(product, low, "second", 120)  # $9.00 left
    product.clock.advance(minutes=29)
    assert run(product, cards) == 0
    product.clock.advance(minutes=1)
    assert run(product, cards) == 1
    spend(product, low, "third", 125)
    product.clock.advance(minutes=60)
    assert run(product, cards) == 0  # $50 today already
    product.clock.set(NOON.replace(hour=0) + timedelta(days=1))
    assert run(product, cards) == 1
    assert cards.asked == 3


def test_declines_are_tried_again_later_and_later_and_then_never_with_two_alerts(product: Product, low: str) -> None:
    cards = Cards()
    for number in range(TRIES_MAX):
        cards.answers = ["declined"]
        assert run(product, cards) == 1
        if number < TRIES_MAX - 1:
            pause = PAUSE_AFTER_DECLINE * 2**number
            product.clock.advance(seconds=pause.total_seconds() - 1)
            assert run(product, cards) == 0
            product.clock.advance(seconds=1)
    product.clock.advance(days=30)
    assert run(product, cards) == 0
    assert balance(product, low) == usd("8")
    found = {item.reading.subject: (item.severity, item.reading.after) for item in alerts(product)}
    assert found == {"top_up": ("warning", 1), "top_up:ended": ("critical", TRIES_MAX)}
    settle(product, low)
    assert run(product, cards) == 1
    assert balance(product, low) == usd("33")


def test_without_a_customer_there_is_no_card_to_charge(product: Product) -> None:
    stranger = product.organization("Contoso", "team")
    settle(product, stranger)
    cards = Cards()
    assert run(product, cards) == 1
    with product.read() as uow:
        (declined,) = uow.top_ups.latest(stranger, 10)
    assert (declined.reason, cards.asked) == (NO_CARD, 0)


def test_a_process_that_dies_after_the_charge_leaves_money_that_is_booked_once(product: Product, low: str) -> None:
    cards = Cards()

    def die() -> None:
        raise Death

    cards.before_answering = die
    with pytest.raises(Death):
        run(product, cards)
    assert balance(product, low) == usd("8")
    cards.before_answering = lambda: None
    assert run(product, cards) == 0  # another process may still be at it
    product.clock.advance(seconds=RETRY_AFTER.total_seconds())
    assert run(product, cards) == 1
    assert (balance(product, low), len(cards.payments), cards.asked) == (usd("33"), 1, 1)
    assert list(audit_books(product)) == []


def test_a_process_that_dies_before_the_charge_is_made_up_for(product: Product, low: str) -> None:
    cards = Cards()
    cards.answers = ["unreachable"]
    assert run(product, cards) == 0
    assert states(product, low) == [TopUpState.PENDING]
    product.clock.advance(seconds=RETRY_AFTER.total_seconds())
    assert run(product, cards) == 1
    assert balance(product, low) == usd("33")


def test_a_payment_that_is_processing_waits_and_books_when_it_is_decided(product: Product, low: str) -> None:
    cards = Cards()
    cards.answers = ["processing"]
    assert run(product, cards) == 0
    (key,) = cards.payments
    cards.payments[key] = Payment(f"pi_{key}", "succeeded", usd("25"))
    product.clock.advance(seconds=RETRY_AFTER.total_seconds())
    assert run(product, cards) == 1
    assert (balance(product, low), cards.asked) == (usd("33"), 1)


def test_a_second_process_does_not_charge_what_the_first_one_charges(product: Product, low: str) -> None:
    first, second = Cards(), Cards()
    first.before_answering = lambda: assert_equal(run(product, second), 0)
    assert run(product, first) == 1
    assert second.asked == 0


def test_a_try_is_claimed_once_until_it_is_time_for_another(product: Product, low: str) -> None:
    with product.write() as uow:
        (top_up,) = uow.top_ups.latest(low, 2)
        claims = [
            uow.top_ups.claim(top_up, "cus_1", at - RETRY_AFTER, at)
            for at in (NOON, NOON, NOON + RETRY_AFTER - timedelta(seconds=1), NOON + RETRY_AFTER)
        ]
    assert claims == [True, False, False, True]


def test_what_became_of_a_top_up_is_booked_once_whatever_is_said_later(product: Product, low: str) -> None:
    with product.write() as uow:
        (top_up,) = uow.top_ups.latest(low, 2)
        paid, declined = (Payment("pi_1", "succeeded", usd("25")), Payment("pi_1", "declined", usd("25"), "late"))
        assert [settle_top_up(uow, top_up, payment, NOON) for payment in (paid, paid, declined)] == [True, False, False]
    assert (balance(product, low), states(product, low)) == (usd("33"), [TopUpState.SUCCEEDED])
    assert alerts(product) == []


def assert_equal(found: object, expected: object) -> None:
    assert found == expected


def test_settings_are_audited_and_in_the_organization_s_currency(product: Product, owner: str) -> None:
    with pytest.raises(InvalidInput) as error:
        settle(
            product,
            owner,
            amount=Money.parse("25", "EUR"),
            threshold=Money.parse("10", "EUR"),
            daily_cap=Money.parse("50", "EUR"),
        )
    assert error.value.field == "amount"
    settle(product, owner, is_enabled=False)
    with product.read() as uow:
        records = uow.audit.records_of("top_up_setting", owner)
        assert uow.top_ups.enabled() == []
    assert [record.action for record in records] == ["top_up.set"] * 2
