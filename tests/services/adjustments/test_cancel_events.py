"""Cancelled and corrected events: everything they took comes back, once, and every sum agrees."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.adjustments import Adjustment
from billing_core.domain.budget_terms import Measure
from billing_core.domain.errors import BillingError, Conflict, FeatureNotIncluded, InvalidInput, NotFound
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import Period
from billing_core.domain.usage import UsageEvent
from billing_core.services.adjustments import cancel_events as cancel_module
from billing_core.services.adjustments.cancel_events import cancel_event, revert_backfill
from billing_core.services.adjustments.correct_event import correct_event
from billing_core.services.adjustments.ports import EventFilter
from billing_core.services.adjustments.reprice import RepriceReport, reprice
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.read_budgets import read_budgets
from billing_core.services.catalog.override_provider_price import override_provider_price
from billing_core.services.charging.ports import Receipt
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.reporting.usage_filter import UsageFilter
from tests.builders import an_event
from tests.product import NOON, SYSTEM, Product, a_product

EVER = UsageFilter(
    organization_ids=None,
    period=Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)),
    zone=ZoneInfo("UTC"),
)
# What the free plan sells beyond its calls: this costs credits, then balance, then is owed.
PRICED = "generate_content"


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def charged(product: Product, event: UsageEvent) -> Receipt:
    (outcome,) = product.charge(event, admit=False)
    assert isinstance(outcome, Receipt)
    return outcome


def cancel(product: Product, organization_id: str, event_id: str) -> list[Adjustment]:
    with product.write() as uow:
        return list(
            cancel_event(
                uow,
                organization_id=organization_id,
                event_id=event_id,
                reason="never happened",
                actor=SYSTEM,
                now=product.clock.now(),
            )
        )


def correct(product: Product, event_id: str, corrected: UsageEvent) -> Receipt:
    with product.write() as uow:
        return correct_event(
            uow, event_id=event_id, corrected=corrected, reason="misread", actor=SYSTEM, clock=product.clock
        )


def reprice_all(product: Product) -> RepriceReport:
    return reprice(
        product.write,
        product.read,
        product.clock,
        EventFilter(),
        reason="contract",
        actor=SYSTEM,
        is_dry_run=False,
    )


def funds(product: Product, organization_id: str) -> tuple[int, int, int]:
    """Credits, balance and what is owed."""
    with product.read() as uow:
        credits, money = uow.credits.wallet(organization_id, CREDITS), uow.credits.wallet(organization_id, "USD")
    return credits.posted.nanos, money.posted.nanos, money.owed.nanos


def counters(product: Product, organization_id: str) -> dict[str, int]:
    with product.read() as uow:
        books = uow.books.look_at([organization_id], NOON - timedelta(days=60))[organization_id]
    return {measure: used for (measure, _), used in books.counters.items() if used}


def test_everything_an_event_took_comes_back(product: Product) -> None:
    owner = product.organization()
    product.grant(owner, "15", "1.20")
    product.top_up(owner, "0.25")
    before = funds(product, owner), counters(product, owner)
    receipts = [
        charged(product, an_event(owner, PRICED, f"g{n}", provider="openai", model="gpt-4", input_tokens=1_000))
        for n in range(4)
    ]
    assert any(receipt.credits_nanos for receipt in receipts)
    assert any(receipt.balance_nanos for receipt in receipts)
    assert any(receipt.overage_nanos for receipt in receipts)
    for receipt in receipts:
        cancel(product, owner, receipt.id)
        product.sync_warehouse()
        assert list(audit_books(product)) == []
    assert (funds(product, owner), counters(product, owner)) == before
    totals = product.reports.totals(EVER)
    assert (totals.calls, totals.tokens, totals.provider_cost("USD").nanos, totals.revenue("USD").nanos) == (0, 0, 0, 0)


def test_an_event_is_cancelled_once(product: Product) -> None:
    owner = product.organization(credits="100")
    receipt = charged(product, an_event(owner, PRICED))
    cancel(product, owner, receipt.id)
    with pytest.raises(Conflict, match="cancelled before"):
        cancel(product, owner, receipt.id)
    assert funds(product, owner) == (100 * 10**9, 0, 0)


def test_another_organizations_event_is_not_there(product: Product) -> None:
    owner, other = product.organization("Owner"), product.organization("Other")
    receipt = charged(product, an_event(owner, "chat"))
    with pytest.raises(NotFound):
        cancel(product, other, receipt.id)


def test_the_reported_identity_stays_taken(product: Product) -> None:
    owner = product.organization(credits="100")
    event = an_event(owner, PRICED)
    first = charged(product, event)
    cancel(product, owner, first.id)
    again = charged(product, event)
    assert (again.id, again.is_duplicate) == (first.id, True)
    assert funds(product, owner)[0] == 100 * 10**9


def test_credits_of_a_grant_that_was_used_up_can_be_spent_again(product: Product) -> None:
    owner = product.organization()
    product.grant(owner, "5", "1.00")
    first = charged(product, an_event(owner, PRICED, "1"))
    assert first.credits_nanos == 5 * 10**9
    second = charged(product, an_event(owner, PRICED, "2"))
    assert second.credits_nanos == 0
    product.top_up(owner, "0.01")  # so that the books are read again, without the empty grant
    cancel(product, owner, first.id)
    assert charged(product, an_event(owner, PRICED, "3")).credits_nanos == 5 * 10**9
    assert list(audit_books(product)) == []


def test_credits_of_a_grant_that_has_expired_come_back_and_expire(product: Product) -> None:
    owner = product.organization()
    product.grant(owner, "15", "1.20", expires_at=NOON + timedelta(days=1))
    receipt = charged(product, an_event(owner, PRICED))
    product.clock.advance(days=2)
    with product.write() as uow:
        expire_credits(uow, product.clock.now())
    assert funds(product, owner)[0] == 0
    cancel(product, owner, receipt.id)
    assert funds(product, owner)[0] == receipt.credits_nanos > 0
    assert charged(product, an_event(owner, PRICED, "2")).credits_nanos == 0
    with product.write() as uow:
        expire_credits(uow, product.clock.now())
    assert funds(product, owner)[0] == 0
    assert list(audit_books(product)) == []


def test_a_repriced_event_gives_back_the_cost_it_has_now(product: Product) -> None:
    owner = product.organization(credits="100")
    receipt = charged(product, an_event(owner, "chat", provider="openai", model="gpt-4", input_tokens=1_000))
    with product.write() as uow:
        rows = uow.catalog.provider_prices("catalogue")
        (price,) = [row for row in rows if row.model == "gpt-4" and row.token_kind == "input"]
    with product.write() as uow:
        override_provider_price(
            uow,
            provider="openai",
            model="gpt-4",
            rates={"input": Money(price.nanos_per_mtok * 2, "USD"), "output": Money(1, "USD")},
            effective_from=NOON - timedelta(days=1),
            reason="contract",
            actor=SYSTEM,
            now=NOON,
        )
    reprice_all(product)
    (adjustment,) = cancel(product, owner, receipt.id)
    assert adjustment.provider_cost_nanos == -60_000_000
    assert "provider_cost:USD" not in counters(product, owner)
    assert not reprice_all(product).models
    assert list(audit_books(product)) == []


def test_a_budget_has_room_again(product: Product) -> None:
    owner = product.organization()
    with product.write() as uow:
        create_budget(
            uow,
            organization_id=owner,
            name="Monthly",
            amount=10,
            measure=Measure.UNITS,
            every="month",
            is_hard=True,
            actor=SYSTEM,
            now=NOON,
        )
    receipt = charged(product, an_event(owner, "chat", units=4))
    cancel(product, owner, receipt.id)
    with product.read() as uow:
        assert [item.spent for item in read_budgets(uow, owner, NOON)] == [0]
    assert list(audit_books(product)) == []


def test_a_failed_and_an_unpriced_event_can_be_cancelled(product: Product) -> None:
    owner = product.organization(credits="100")
    failed = charged(product, an_event(owner, PRICED, "1", is_error=True))
    unpriced = charged(product, an_event(owner, "chat", "2", provider="openai", model="gpt-unheard-of"))
    cancel(product, owner, failed.id)
    cancel(product, owner, unpriced.id)
    product.sync_warehouse()
    totals = product.reports.totals(EVER)
    assert (totals.calls, totals.errors, totals.unpriced_calls) == (0, 0, 0)
    assert list(audit_books(product)) == []


def test_a_correction_charges_what_happened_instead(product: Product) -> None:
    owner = product.organization(credits="100")
    receipt = charged(product, an_event(owner, PRICED, "wrong", units=5))
    corrected = correct(product, receipt.id, an_event(owner, PRICED, "right", units=1))
    assert funds(product, owner)[0] == 100 * 10**9 - corrected.credits_nanos
    product.sync_warehouse()
    assert product.reports.totals(EVER).units == 1
    assert list(audit_books(product)) == []


def test_a_correction_that_cannot_be_charged_leaves_the_event_alone(product: Product) -> None:
    owner = product.organization(credits="100")
    receipt = charged(product, an_event(owner, PRICED, "wrong"))
    before = funds(product, owner)
    with pytest.raises((NotFound, FeatureNotIncluded)):
        correct(product, receipt.id, an_event(owner, "teleport", "right"))
    assert funds(product, owner) == before
    assert list(audit_books(product)) == []


@pytest.mark.parametrize("event_id", ["wrong", "other"])
def test_a_correction_needs_an_identity_of_its_own(product: Product, event_id: str) -> None:
    owner = product.organization(credits="100")
    receipt = charged(product, an_event(owner, PRICED, "wrong"))
    charged(product, an_event(owner, PRICED, "other"))
    with pytest.raises(InvalidInput) as caught:
        correct(product, receipt.id, an_event(owner, PRICED, event_id, units=3))
    assert caught.value.field == "event_id"


def test_a_backfill_is_reverted_as_a_whole_and_once(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancel_module, "EVENTS_PER_BATCH", 3)
    owner = product.organization(credits="100")
    live = charged(product, an_event(owner, PRICED, "live"))
    loaded = [charged(product, an_event(owner, PRICED, f"b{n}", backfill="march")) for n in range(8)]
    cancel(product, owner, loaded[4].id)

    def revert() -> int:
        return revert_backfill(
            product.write, product.clock, organization_id=owner, backfill="march", reason="wrong file", actor=SYSTEM
        )

    assert (revert(), revert()) == (7, 0)
    assert funds(product, owner)[0] == 100 * 10**9 - live.credits_nanos
    assert list(audit_books(product)) == []
    with product.read() as uow:
        (record,) = uow.audit.records_of("backfill", "march")
    assert record.after == {"events": 7, "reason": "wrong file"}


def test_a_backfill_that_is_not_there_is_said_to_be_missing(product: Product) -> None:
    owner = product.organization()
    with pytest.raises(BillingError, match="no backfill 'april'"):
        revert_backfill(product.write, product.clock, organization_id=owner, backfill="april", reason="x", actor=SYSTEM)
