"""The catalogue on SQL: what is found by name, at which time, and what is kept in memory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing_core.adapters.database import catalog_cache, plan_store, provider_price_store
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.domain.errors import NotFound
from billing_core.domain.money import Money
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.domain.usage import Quantities
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.load_catalog import load_catalog
from tests.catalog_house import NOW, a_database, a_unit, small_files, the_files

THOUSAND = Quantities(input_tokens=1_000, output_tokens=1_000)


@pytest.fixture(scope="module")
def loaded() -> UnitOfWork:
    """The whole catalogue with all imported prices, committed."""
    engine = a_database()
    with engine.begin() as connection:
        uow = UnitOfWork(connection)
        load_catalog(uow, the_files(), NOW)
        import_provider_prices(uow.catalog, GenaiPricesSource(), NOW)
    return a_unit(engine)


def price_of(uow: UnitOfWork, provider: str, model: str) -> Money | None:
    book = uow.catalog.price_books([(provider, model)])[provider, model]
    return book and book.cost(THOUSAND, NOW)


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("openai", "gpt-4", "0.09"),
        ("OpenAI", "GPT-4", "0.09"),
        ("openai", "gpt-4-0613", "0.09"),
        ("azure.ai.openai", "gpt-4o-2024-08-06", "0.0125"),
        ("google", "claude-sonnet-4-5", "0.018"),
        ("gcp.gemini", "gemini-2.5-pro", "0.01125"),
        ("mistral_ai", "mistral-large-latest", "0.008"),
        ("anthropic", "Claude-3", "0.032"),
    ],
)
def test_a_model_is_found_by_every_name_it_goes_by(loaded: UnitOfWork, provider: str, model: str, price: str) -> None:
    assert price_of(loaded, provider, model) == Money.parse(price, "USD")


@pytest.mark.parametrize("pair", [("openai", "gpt-none"), ("nobody", "gpt-4"), ("azure", "nothing"), ("", "")])
def test_an_unknown_model_has_no_prices(loaded: UnitOfWork, pair: tuple[str, str]) -> None:
    assert loaded.catalog.price_books([pair]) == {pair: None}


def test_many_models_are_found_at_once_under_the_names_they_were_asked_by(loaded: UnitOfWork) -> None:
    pairs = [("OpenAI", "GPT-4"), ("openai", "gpt-4"), ("openai", "no"), ("Mistral", "mistral-7b")]
    books = loaded.catalog.price_books(pairs)
    assert sorted(books) == sorted(pairs)
    assert books["openai", "no"] is None
    assert loaded.catalog.price_books([]) == {}


def _renamed(price: ProviderPrice) -> ProviderPrice:
    return replace(price, model="gpt-9")


def test_price_books_are_kept_until_a_price_is_added() -> None:
    engine = a_database()
    with engine.begin() as connection:
        uow = UnitOfWork(connection)
        load_catalog(uow, small_files(), NOW)
    with engine.connect() as connection:
        reading = UnitOfWork(connection)
        first = reading.catalog.price_books([("openai", "gpt-4")])["openai", "gpt-4"]
        assert reading.catalog.price_books([("openai", "gpt-4")])["openai", "gpt-4"] is first
        assert price_of(reading, "openai", "gpt-9") is None
    with engine.begin() as connection:
        writing = UnitOfWork(connection)
        prices = writing.catalog.provider_prices("catalogue")
        writing.catalog.add_provider_prices([_renamed(price) for price in prices], NOW)
        assert price_of(writing, "openai", "gpt-9") == Money.parse("0.09", "USD")
    with engine.connect() as connection:
        assert price_of(UnitOfWork(connection), "openai", "gpt-9") == Money.parse("0.09", "USD")


def test_prices_that_were_rolled_back_leave_nothing_in_memory() -> None:
    engine = a_database()
    with engine.begin() as connection:
        load_catalog(UnitOfWork(connection), small_files(), NOW)
    with engine.connect() as connection:
        writing = UnitOfWork(connection)
        prices = writing.catalog.provider_prices("catalogue")
        writing.catalog.add_provider_prices([_renamed(price) for price in prices], NOW)
        assert price_of(writing, "openai", "gpt-9") is not None
        connection.rollback()
    with engine.begin() as connection:
        # As many rows as were rolled back, so that their number alone does not tell.
        others = [replace(price, model="gpt-8") for price in prices]
        UnitOfWork(connection).catalog.add_provider_prices(others, NOW)
    with engine.connect() as connection:
        assert price_of(UnitOfWork(connection), "openai", "gpt-9") is None


def test_the_books_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_price_store, "BOOKS_MAX", 3)
    engine = a_database()
    with engine.begin() as connection:
        load_catalog(UnitOfWork(connection), small_files(), NOW)
    with engine.connect() as connection:
        uow = UnitOfWork(connection)
        for number in range(20):
            assert uow.catalog.price_books([("openai", f"made-up-{number}")]) == {("openai", f"made-up-{number}"): None}
            assert price_of(uow, "openai", "gpt-4") == Money.parse("0.09", "USD")
            assert len(catalog_cache._kept[engine]["provider_prices"][1]) <= 5


def test_known_models_are_listed_once_each(loaded: UnitOfWork) -> None:
    models = loaded.catalog.known_models()
    assert ("openai", "gpt-4") in models
    assert len(models) == len(set(models)) > 2_000


def test_published_versions_are_parsed_once_for_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    uow = a_unit()
    load_catalog(uow, small_files(), NOW)
    version = uow.catalog.version_in_force("pro", NOW)
    assert uow.catalog.plan_version(version.id) is version
    monkeypatch.setattr(plan_store, "PARSED_MAX", 1)
    assert set(uow.catalog.plan_versions([version.id])) == {version.id}


def test_a_version_that_does_not_exist_is_named(loaded: UnitOfWork) -> None:
    with pytest.raises(NotFound, match="plv_none"):
        loaded.catalog.plan_version("plv_none")


def test_a_plan_is_not_sold_before_its_first_version(loaded: UnitOfWork) -> None:
    with pytest.raises(NotFound, match="no version in force yet"):
        loaded.catalog.version_in_force("team", NOW - timedelta(days=3_650))


def test_what_is_not_there_is_named_with_what_is(loaded: UnitOfWork) -> None:
    with pytest.raises(NotFound, match=r"no plan 'tema'\. Did you mean team\? The plans are: free, starter"):
        loaded.catalog.plan("tema")
    with pytest.raises(NotFound, match=r"no feature 'caht'\. Did you mean chat\?"):
        loaded.catalog.feature("caht")
    with pytest.raises(NotFound, match=r"no credit package 'tiny' on sale\. On sale: small, medium, large, jumbo\."):
        loaded.catalog.package_on_sale("tiny", NOW)
    with pytest.raises(NotFound, match="pkg_none"):
        loaded.catalog.package("pkg_none")


def test_a_package_is_found_by_its_id_as_it_was_offered(loaded: UnitOfWork) -> None:
    package = loaded.catalog.package_on_sale("medium", NOW)
    assert loaded.catalog.package(package.id) == package


def test_features_keep_how_they_are_shown(loaded: UnitOfWork) -> None:
    storage = loaded.catalog.feature("storage")
    assert (storage.unit, storage.display_unit, storage.units_per_display_unit) == ("byte", "GB", 10**9)
    assert (storage.aggregation, storage.is_active) == ("max", True)
