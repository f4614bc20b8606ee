"""Repricing: what calls cost by today's prices, as facts beside them, once, and alike in every place that adds up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.usage import usage_counter
from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.alerts import AlertKind
from billing_core.domain.errors import InvalidInput
from billing_core.domain.periods import Period
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.domain.usage import UsageEvent
from billing_core.services.adjustments import reprice as reprice_module
from billing_core.services.adjustments.find_repriceable import RepriceableModel, find_repriceable
from billing_core.services.adjustments.ports import EventFilter
from billing_core.services.adjustments.reprice import RepricedModel, RepriceReport, reprice
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import UsageFilter
from tests.builders import an_event
from tests.product import NOON, SYSTEM, Product, a_product

DOLLARS_PER_MTOK = 10**9
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
EVER = UsageFilter(organization_ids=None, period=Period(ALWAYS, datetime(2100, 1, 1, tzinfo=UTC)), zone=ZoneInfo("UTC"))
NEW = ("openai", "gpt-new")


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def a_call(organization_id: str, event_id: str, model: str = "gpt-new", **details: object) -> UsageEvent:
    return an_event(organization_id, "chat", event_id, provider="openai", model=model, **details)


def publish(product: Product, dollars: int, *, source_version: str = "1", currency: str = "USD") -> None:
    """A price for input tokens of the new model, for all of time."""
    price = ProviderPrice(
        provider="openai",
        model="gpt-new",
        token_kind="input",
        nanos_per_mtok=dollars * DOLLARS_PER_MTOK,
        currency=currency,
        effective_from=ALWAYS,
        source="list",
        source_version=source_version,
    )
    with product.write() as uow:
        uow.catalog.add_provider_prices([price], product.clock.now())
    product.clock.advance(seconds=1)


def run(product: Product, *, is_dry_run: bool = False, **chosen: object) -> RepriceReport:
    return reprice(
        product.write,
        product.read,
        product.clock,
        EventFilter(**chosen),  # type: ignore[arg-type]
        reason="a price became known",
        actor=SYSTEM,
        is_dry_run=is_dry_run,
    )


def counted(product: Product) -> int:
    """The cost counter of the only organization that has one."""
    with product.database.read() as connection:
        counter = select(usage_counter.c.used).where(usage_counter.c.measure == "provider_cost:USD")
        return connection.execute(counter).scalar_one()


def reported(product: Product) -> Measures:
    product.sync_warehouse()
    return product.reports.totals(EVER)


def test_calls_of_an_unknown_model_get_their_cost_once_its_price_is_known(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(*(a_call(organization_id, str(number), input_tokens=1_000) for number in range(3)))
    assert (reported(product).unpriced_calls, reported(product).unpriced_tokens) == (3, 3_000)
    publish(product, 2)
    report = run(product)
    assert report.models == {(*NEW, "USD"): RepricedModel(events=3, unpriced=3, before_nanos=0, after_nanos=6_000_000)}
    assert counted(product) == 6_000_000
    measures = reported(product)
    assert measures.provider_cost("USD").nanos == 6_000_000
    assert (measures.calls, measures.unpriced_calls, measures.unpriced_tokens) == (3, 0, 0)
    assert product.reports.unpriced(EVER) == []
    assert list(audit_books(product)) == []


def test_a_dry_run_says_what_would_change_and_changes_nothing(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1", input_tokens=1_000))
    publish(product, 2)
    dry, again = run(product, is_dry_run=True), run(product, is_dry_run=True)
    assert dry == again
    assert dry.models[*NEW, "USD"].difference_nanos == 2_000_000
    assert reported(product).unpriced_calls == 1
    assert run(product).models == dry.models


def test_running_it_again_does_nothing(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1", input_tokens=1_000))
    publish(product, 2)
    run(product)
    assert not run(product).models
    assert counted(product) == 2_000_000


def test_a_corrected_price_is_followed_there_and_back(product: Product) -> None:
    organization_id = product.organization(credits="100")
    publish(product, 2)
    product.charge(a_call(organization_id, "1", input_tokens=1_000))
    for version, dollars in (("2", 3), ("3", 2), ("4", 3)):
        publish(product, dollars, source_version=version)
        report = run(product)
        assert report.models[*NEW, "USD"].after_nanos == dollars * 1_000_000
        assert counted(product) == reported(product).provider_cost("USD").nanos == dollars * 1_000_000
    assert list(audit_books(product)) == []


def test_a_model_has_all_its_prices_in_one_currency(product: Product) -> None:
    publish(product, 2)
    with pytest.raises(InvalidInput, match="is in EUR; its others are in USD"):
        publish(product, 5, source_version="2", currency="EUR")


def test_only_chosen_calls_are_repriced(product: Product) -> None:
    ours, theirs = product.organization("Ours", credits="100"), product.organization("Theirs", credits="100")
    product.charge(
        a_call(ours, "old", input_tokens=1_000, occurred_at=NOON - timedelta(days=2)),
        a_call(ours, "new", input_tokens=1_000),
        a_call(theirs, "1", input_tokens=1_000),
    )
    publish(product, 2)
    assert run(product, organization_id=ours, occurred_from=NOON - timedelta(days=1)).models[*NEW, "USD"].events == 1
    assert run(product, model="gpt-4").models == {}
    assert run(product).models[*NEW, "USD"].events == 2


def test_models_without_a_price_stay_unpriced_and_are_counted(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1", model="gpt-unheard-of", input_tokens=1_000))
    report = run(product)
    assert (report.events, report.still_unpriced, report.models) == (1, 1, {})


def test_many_calls_are_repriced_batch_by_batch(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reprice_module, "EVENTS_PER_BATCH", 4)
    ours, theirs = product.organization("Ours", credits="100"), product.organization("Theirs", credits="100")
    product.charge(*(a_call(ours if n % 3 else theirs, str(n), input_tokens=n * 1_000) for n in range(1, 12)))
    publish(product, 1)
    assert run(product).models[*NEW, "USD"].after_nanos == sum(range(1, 12)) * 1_000_000
    assert list(audit_books(product)) == []


def test_a_repriced_call_that_crosses_a_cost_alert_raises_it(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1", input_tokens=10**9))
    publish(product, 5)
    run(product)
    with product.read() as uow:
        raised = uow.alerts.alerts(
            frozenset({organization_id}), kinds=[AlertKind.COST_ABOVE], is_acknowledged=False, count_max=5
        )
    assert [alert.reading.after for alert in raised] == [5_000 * 10**9]


def test_models_that_became_priceable_are_found(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1"), a_call(organization_id, "2", model="gpt-unheard-of"))
    with product.read() as uow:
        assert find_repriceable(uow) == []
    publish(product, 2)
    with product.read() as uow:
        assert find_repriceable(uow) == [RepriceableModel(*NEW, calls=1)]
    run(product)
    with product.read() as uow:
        assert find_repriceable(uow) == []


def test_every_run_that_changed_something_is_in_the_audit_trail(product: Product) -> None:
    organization_id = product.organization(credits="100")
    product.charge(a_call(organization_id, "1", input_tokens=1_000))
    publish(product, 2)
    run(product)
    run(product)
    with product.read() as uow:
        (record,) = uow.audit.records_of("provider_cost", "all")
    assert record.after == {
        "reason": "a price became known",
        "events": 1,
        "differences": ["openai gpt-new: 0.002 USD"],
    }
