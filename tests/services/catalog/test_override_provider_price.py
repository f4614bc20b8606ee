"""Overriding a provider's price: dated, with a reason, above every list, and never two at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.errors import InvalidInput, NotFound, OverlappingPrices
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import ProviderPrice, TokenKind
from billing_core.domain.usage import Quantities
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.override_provider_price import end_price_override, override_provider_price
from tests.catalog_house import DANA, NOW, a_unit
from tests.services.catalog.test_import_provider_prices import FakeSource, a_price

OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11, 12))
MTOK = Quantities(input_tokens=1_000_000)


@pytest.fixture
def uow() -> UnitOfWork:
    """A list that says 10 dollars for the input of openai's m-1 and of what is named m-1-something."""
    unit = a_unit()
    import_provider_prices(unit.catalog, FakeSource([a_price(10)]), NOW)
    return unit


def override(uow: UnitOfWork, dollars: str, **changes: object) -> object:
    details: dict[str, object] = {
        "provider": "openai",
        "model": "m-1",
        "rates": {"input": Money.parse(dollars, "USD")},
        "effective_from": NOVEMBER,
        "reason": "our contract",
        "actor": DANA,
        "now": NOW,
    }
    return override_provider_price(uow, **(details | changes))  # type: ignore[arg-type]


def end(uow: UnitOfWork, until: datetime, **changes: object) -> None:
    details: dict[str, object] = {
        "provider": "openai",
        "model": "m-1",
        "effective_until": until,
        "reason": "the contract ended",
        "actor": DANA,
        "now": NOW + timedelta(minutes=1),
    }
    end_price_override(uow, **(details | changes))  # type: ignore[arg-type]


def cost_at(uow: UnitOfWork, at: datetime, model: str = "m-1", provider: str = "openai") -> str | None:
    book = uow.catalog.price_books([(provider, model)])[provider, model]
    cost = book and book.cost(MTOK, at)
    return None if cost is None else cost.decimal_text


def test_an_override_wins_from_its_date_on(uow: UnitOfWork) -> None:
    override(uow, "7")
    assert [cost_at(uow, at) for at in (OCTOBER, NOVEMBER, DECEMBER)] == ["10.00", "7.00", "7.00"]


def test_an_override_with_an_end_gives_way_to_the_list(uow: UnitOfWork) -> None:
    override(uow, "7", effective_until=DECEMBER)
    assert cost_at(uow, DECEMBER - timedelta(microseconds=1)) == "7.00"
    assert cost_at(uow, DECEMBER) == "10.00"


def test_a_later_override_ends_an_open_one(uow: UnitOfWork) -> None:
    override(uow, "7")
    override(uow, "6", effective_from=DECEMBER)
    assert [cost_at(uow, at) for at in (NOVEMBER, DECEMBER)] == ["7.00", "6.00"]


def test_an_open_override_can_be_ended(uow: UnitOfWork) -> None:
    override(uow, "7")
    end(uow, DECEMBER)
    assert [cost_at(uow, at) for at in (NOVEMBER, DECEMBER)] == ["7.00", "10.00"]
    with pytest.raises(NotFound, match="No override of openai m-1"):
        end(uow, DECEMBER + timedelta(days=1))


def test_an_override_cannot_end_when_it_begins(uow: UnitOfWork) -> None:
    override(uow, "7")
    with pytest.raises(InvalidInput, match="not after it begins at 2026-11-01"):
        end(uow, NOVEMBER)


@pytest.mark.parametrize(
    ("effective_from", "effective_until"),
    [
        (NOVEMBER, None),
        (NOVEMBER + timedelta(days=3), None),
        (OCTOBER, NOVEMBER + timedelta(days=1)),
        (NOVEMBER + timedelta(days=3), DECEMBER + timedelta(days=3)),
    ],
)
def test_overrides_never_hold_at_the_same_time(
    uow: UnitOfWork, effective_from: datetime, effective_until: datetime | None
) -> None:
    override(uow, "7", effective_until=DECEMBER)
    with pytest.raises(OverlappingPrices) as caught:
        override(uow, "6", effective_from=effective_from, effective_until=effective_until)
    assert {NOVEMBER.isoformat(), DECEMBER.isoformat(), effective_from.isoformat()} <= set(
        caught.value.details.values()
    )
    assert len(uow.catalog.provider_prices("override")) == 1


def test_overrides_that_follow_each_other_do_not_overlap(uow: UnitOfWork) -> None:
    override(uow, "7", effective_until=DECEMBER)
    override(uow, "6", effective_from=OCTOBER, effective_until=NOVEMBER)
    override(uow, "5", effective_from=DECEMBER)
    assert [cost_at(uow, at) for at in (OCTOBER, NOVEMBER, DECEMBER)] == ["6.00", "7.00", "5.00"]


def test_a_list_that_has_two_prices_for_a_day_is_refused_whole() -> None:
    unit = a_unit()
    with pytest.raises(OverlappingPrices, match="two prices for input tokens of openai m-1"):
        import_provider_prices(unit.catalog, FakeSource([a_price(10), a_price(11)]), NOW)
    assert unit.catalog.provider_prices("list") == []


def test_an_override_of_one_name_leaves_its_other_dates_and_the_model_itself_alone(uow: UnitOfWork) -> None:
    override(uow, "7", model="m-1-turbo")
    assert [cost_at(uow, at, "m-1-turbo") for at in (OCTOBER, NOVEMBER)] == ["10.00", "7.00"]
    assert cost_at(uow, NOVEMBER) == "10.00"


def test_an_override_of_a_model_holds_for_every_name_it_goes_by(uow: UnitOfWork) -> None:
    override(uow, "7")
    assert cost_at(uow, NOVEMBER, "m-1-turbo") == "7.00"


def test_a_reseller_can_be_overridden_without_its_maker(uow: UnitOfWork) -> None:
    override(uow, "7", provider="azure")
    assert [cost_at(uow, at, provider="azure") for at in (OCTOBER, NOVEMBER)] == ["10.00", "7.00"]
    assert cost_at(uow, NOVEMBER) == "10.00"


def test_a_model_that_no_list_knows_can_be_given_a_price(uow: UnitOfWork) -> None:
    override(uow, "7", model="in-house")
    assert (cost_at(uow, OCTOBER, "in-house"), cost_at(uow, NOVEMBER, "in-house")) == (None, "7.00")


def test_other_tiers_keep_the_price_of_the_list() -> None:
    unit = a_unit()
    batch = ProviderPrice(
        provider="openai",
        model="m-1",
        token_kind="input",
        nanos_per_mtok=5 * 10**9,
        currency="USD",
        effective_from=OCTOBER,
        source="list",
        source_version="1",
        service_tier="batch",
    )
    import_provider_prices(unit.catalog, FakeSource([a_price(10), batch]), NOW)
    override(unit, "7")
    book = unit.catalog.price_books([("openai", "m-1")])["openai", "m-1"]
    assert book is not None
    assert book.cost(MTOK, NOVEMBER, "batch") == Money.parse("5", "USD")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"rates": {}}, "input"),
        ({"rates": {"output": Money.parse("1", "USD")}}, "input"),
        ({"rates": {"input": Money.parse("-1", "USD")}}, "input"),
        ({"rates": {"input": Money.parse("1", "EUR")}}, "input"),
        ({"effective_until": OCTOBER}, "effective_until"),
    ],
)
def test_what_is_wrong_with_an_override_is_named(uow: UnitOfWork, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        override(uow, "7", **changes)
    assert caught.value.field == field
    assert uow.catalog.provider_prices("override") == []


def test_kinds_that_have_a_price_must_be_given_one(uow: UnitOfWork) -> None:
    rates: dict[TokenKind, Money] = {"input": Money.parse("7", "USD"), "output": Money.parse("9", "USD")}
    override(uow, "7", rates=rates)
    with pytest.raises(InvalidInput, match="output tokens too"):
        override(uow, "6", effective_from=DECEMBER)


def test_who_overrode_what_and_why_is_in_the_audit_trail(uow: UnitOfWork) -> None:
    override(uow, "7")
    (record,) = uow.audit.records_of("provider_price", "openai m-1")
    assert (record.action, record.actor) == ("provider_price.overridden", DANA)
    assert record.before == {"prices": ["input: 10.00 USD per 1M tokens (list)"]}
    assert record.after is not None
    assert record.after["reason"] == "our contract"
    assert record.after["prices"] == ["input: 7.00 USD per 1M tokens (override)"]


def test_an_override_may_end_in_the_instant_it_was_made_in(uow: UnitOfWork) -> None:
    override(uow, "7")
    end(uow, DECEMBER, now=NOW)
    end(uow, DECEMBER - timedelta(days=1), now=NOW)
    assert cost_at(uow, DECEMBER - timedelta(days=2)) == "7.00"
    assert cost_at(uow, DECEMBER - timedelta(days=1)) == "10.00"
