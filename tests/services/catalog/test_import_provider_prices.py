"""Importing a price list: once per version, and never against what was recorded."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.domain.usage import Quantities
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.load_catalog import load_catalog
from billing_core.services.catalog.price_source import PriceList
from tests.catalog_house import NOW, a_unit, row_counts, the_files

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MTOK = Quantities(input_tokens=1_000_000)


def a_price(dollars: int, *, effective_from: datetime = ALWAYS, model: str = "m-1") -> ProviderPrice:
    return ProviderPrice(
        provider="openai",
        model=model,
        token_kind="input",
        nanos_per_mtok=dollars * 10**9,
        currency="USD",
        effective_from=effective_from,
        source="list",
        source_version="",
    )


@dataclass
class FakeSource:
    """A price list in memory that counts how often it was read."""

    prices: list[ProviderPrice]
    version: str = "1"
    name: str = "list"
    reads: int = field(default=0)

    def read(self) -> PriceList:
        self.reads += 1
        return PriceList(
            prices=[replace(price, source_version=self.version) for price in self.prices],
            aliases={(price.provider, price.model): {"starts_with": f"{price.model}-"} for price in self.prices},
            left_out={},
            rounded=[],
        )


def cost_of(uow: UnitOfWork, at: datetime, model: str = "m-1") -> Money | None:
    book = uow.catalog.price_books([("openai", model)])["openai", model]
    return book and book.cost(MTOK, at)


def dollars(amount: str) -> Money:
    return Money.parse(amount, "USD")


def test_a_version_is_imported_once_and_not_even_read_again() -> None:
    uow, source = a_unit(), FakeSource([a_price(10)])
    assert import_provider_prices(uow.catalog, source, NOW).prices_added == 1
    again = import_provider_prices(uow.catalog, source, NOW)
    assert (again.prices_added, again.is_known, source.reads) == (0, True, 1)
    assert row_counts(uow)["provider_price"] == 1


def test_a_later_version_adds_only_what_is_new() -> None:
    uow = a_unit()
    import_provider_prices(uow.catalog, FakeSource([a_price(10)]), NOW)
    newer = FakeSource([a_price(10), a_price(8, effective_from=DECEMBER), a_price(5, model="m-2")], version="2")
    assert import_provider_prices(uow.catalog, newer, NOW).prices_added == 2
    assert cost_of(uow, NOW) == dollars("10")
    assert cost_of(uow, DECEMBER) == dollars("8")
    assert cost_of(uow, NOW, "m-2") == dollars("5")


def test_a_price_that_changed_without_a_date_holds_from_the_import_on() -> None:
    uow = a_unit()
    import_provider_prices(uow.catalog, FakeSource([a_price(10)]), NOW)
    import_provider_prices(uow.catalog, FakeSource([a_price(12)], version="2"), DECEMBER)
    assert cost_of(uow, NOW) == dollars("10")
    assert cost_of(uow, DECEMBER) == dollars("12")
    third = import_provider_prices(uow.catalog, FakeSource([a_price(12)], version="3"), DECEMBER)
    assert third.prices_added == 0


def test_a_price_for_a_day_to_come_is_corrected_on_that_day() -> None:
    uow = a_unit()
    import_provider_prices(uow.catalog, FakeSource([a_price(10), a_price(8, effective_from=DECEMBER)]), NOW)
    corrected = FakeSource([a_price(10), a_price(9, effective_from=DECEMBER)], version="2")
    import_provider_prices(uow.catalog, corrected, NOW.replace(day=21))
    assert cost_of(uow, NOW.replace(day=22)) == dollars("10")
    assert cost_of(uow, DECEMBER) == dollars("9")


def test_our_own_price_wins_over_the_imported_one() -> None:
    uow = a_unit()
    load_catalog(uow, the_files(), NOW)
    import_provider_prices(uow.catalog, FakeSource([a_price(99, model="gpt-4")]), NOW)
    assert cost_of(uow, NOW, "gpt-4") == dollars("30")
    assert cost_of(uow, NOW, "gpt-4-0613") == dollars("30")
    assert cost_of(uow, datetime(2022, 12, 31, tzinfo=UTC), "gpt-4") == dollars("99")
