"""The import of genai-prices: our rows price every model exactly as the package itself does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TimeOfDateConstraint,
)

from billing_core.adapters.provider_prices.dated_rates import service_tier_of
from billing_core.adapters.provider_prices.genai_price_list import (
    NO_LONGER,
    PER_REQUEST,
    clause_document,
    reason_to_leave_out,
)
from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.domain.model_match import RESOLD, find_model, matches, provider_name
from billing_core.domain.money import Money, nanos_from_decimal
from billing_core.domain.provider_prices import STANDARD, PriceBook, ProviderPrice
from billing_core.domain.usage import Quantities
from billing_core.services.catalog.price_source import PriceList

SIZES = (0, 1, 999, 31_999, 32_001, 128_001, 199_999, 200_000, 200_001, 272_001, 1_000_003)
TIME_OF_DAY = timedelta(hours=12, minutes=34)


@pytest.fixture(scope="module")
def published() -> PriceList:
    return GenaiPricesSource().read()


@pytest.fixture(scope="module")
def books(published: PriceList) -> dict[tuple[str, str], PriceBook]:
    rows: dict[tuple[str, str], list[ProviderPrice]] = {}
    for price in published.prices:
        rows.setdefault((price.provider, price.model), []).append(price)
    return {name: PriceBook(prices) for name, prices in rows.items()}


def a_usage(random: Random, *, has_output: bool) -> Quantities:
    input_tokens = random.choice(SIZES)
    cache_read = random.randint(0, input_tokens)
    output_tokens = random.choice(SIZES) if has_output else 0
    return Quantities(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=cache_read,
        cache_write_tokens=random.randint(0, input_tokens - cache_read),
        reasoning_tokens=random.randint(0, output_tokens),
    )


def dates_of(model: ModelInfo) -> list[datetime]:
    """Moments just before and after every change of the model's prices, and some far from any."""
    prices = [] if isinstance(model.prices, ModelPrice) else model.prices
    constraints = [price.constraint for price in prices] + [item.constraint for item in model.price_variants or ()]
    changes = [
        datetime.combine(item.start_date, datetime.min.time(), tzinfo=UTC)
        for item in constraints
        if isinstance(item, StartDateConstraint)
    ]
    changes += [
        datetime.combine(date(2026, 11, 20), moment)
        for item in constraints
        if isinstance(item, TimeOfDateConstraint)
        for moment in (item.start_time, item.end_time)
    ]
    edges = [moment for change in changes for moment in (change, change - timedelta(microseconds=1))]
    return [*edges, datetime(2023, 5, 6, tzinfo=UTC) + TIME_OF_DAY, datetime(2026, 11, 20, tzinfo=UTC) + TIME_OF_DAY]


def contexts_of(model: ModelInfo, at: datetime) -> list[dict[str, str]]:
    in_force = [item for item in model.price_variants or () if item.constraint is None or item.constraint.active(at)]
    return [{}, *(item.when for item in in_force if service_tier_of(item.when) is not None)]


def their_nanos(provider: Provider, model: ModelInfo, used: Quantities, at: datetime, context: dict[str, str]) -> int:
    usage = Usage(
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        cache_write_1h_tokens=0,
        output_reasoning_tokens=used.reasoning_tokens,
        # Counters of other modalities have to be said to be zero where a model prices them.
        **dict.fromkeys(("cache_audio_read_tokens", "cache_image_read_tokens", "input_audio_tokens"), 0),
    )
    price = model.calc_price(usage, provider, genai_request_timestamp=at, price_context=context or None)
    return nanos_from_decimal(price.total_price)


def test_every_model_costs_what_the_package_says_on_every_day_and_tier(
    published: PriceList, books: dict[tuple[str, str], PriceBook]
) -> None:
    random = Random(20261120)
    compared = 0
    for provider in providers:
        for model in provider.models:
            book = books.get((provider.id, model.id))
            if book is None:
                continue
            has_output = book.cost(Quantities(output_tokens=1), datetime(2026, 11, 20, tzinfo=UTC)) is not None
            for at in dates_of(model):
                for context in contexts_of(model, at):
                    used = a_usage(random, has_output=has_output)
                    cost = book.cost(used, at, (service_tier_of(context) if context else None) or STANDARD)
                    expected = their_nanos(provider, model, used, at, context)
                    assert cost is not None, (provider.id, model.id, at, context, used)
                    assert cost.nanos == expected, (provider.id, model.id, at, context, used)
                    compared += 1
    assert compared > 5_000


def test_a_price_finer_than_a_nano_per_million_loses_nothing(
    published: PriceList, books: dict[tuple[str, str], PriceBook]
) -> None:
    """$0.08333333333333334 for a million tokens: with 10^15 tokens each digit counts."""
    name = ("openrouter", "google/gemini-2.5-flash-lite")
    used = Quantities(input_tokens=10**15, cache_write_tokens=10**15)
    cost = books[name].cost(used, datetime(2026, 11, 20, tzinfo=UTC))
    assert cost == Money.parse("83333333.33333334", "USD")
    assert not published.rounded


def test_a_price_that_depends_on_the_hour_is_that_of_the_hour(books: dict[tuple[str, str], PriceBook]) -> None:
    used = Quantities(input_tokens=1_000_000, output_tokens=1_000_000)
    costs = [
        books["deepseek", "deepseek-v4-pro"].cost(used, datetime(2026, 11, 20, hour, minute, 59, tzinfo=UTC))
        for hour, minute in ((0, 59), (1, 0), (3, 59), (4, 0), (6, 0), (10, 0), (23, 59))
    ]
    low, high = Money.parse("2.64", "USD"), Money.parse("5.28", "USD")
    assert costs == [low, high, high, low, high, low, low]


def test_a_tier_is_unpriced_before_its_price_was_published(books: dict[tuple[str, str], PriceBook]) -> None:
    book = books["openai", "o3"]
    assert book.cost(Quantities(input_tokens=1_000), datetime(2026, 10, 11, tzinfo=UTC), "flex") is None
    assert book.cost(Quantities(input_tokens=1_000), datetime(2026, 10, 12, tzinfo=UTC), "flex") is not None


def test_what_cannot_be_told_in_rows_is_left_out_and_counted(published: PriceList) -> None:
    of_models = sum(count for reason, count in published.left_out.items() if reason.startswith("models"))
    assert len(published.aliases) + of_models == sum(len(provider.models) for provider in providers)
    assert ("openai", "whisper-1") not in published.aliases


def test_every_row_says_the_version_it_came_from(published: PriceList) -> None:
    assert {(price.source, price.source_version) for price in published.prices} == {
        ("genai-prices", GenaiPricesSource().version)
    }


def test_a_name_finds_the_model_that_the_package_finds(published: PriceList) -> None:
    names = ("gpt-4-0613", "gpt-4o-2024-08-06", "GPT-4", "gpt-5.2-20251211", "o3-2025-04-16", "no-such-model")
    openai = next(provider for provider in providers if provider.id == "openai")
    clauses = {model: clause for (provider, model), clause in published.aliases.items() if provider == "openai"}
    for name in names:
        theirs = openai.find_model(name)
        assert find_model(name, clauses) == (theirs.id if theirs else None), name


def test_our_matcher_agrees_with_every_clause_of_the_package() -> None:
    names = (
        "gpt-4",
        "claude-sonnet-4-5@20250929",
        "models/gemini-2.5-pro",
        "anthropic/claude-3-opus",
        "kimi-k2",
        "o1-mini",
    )
    for provider in providers:
        for model in provider.models:
            clause = clause_document(model.match)
            for name in (*names, model.id):
                assert matches(clause, name) == model.is_match(name), (provider.id, model.id, name)


def test_resold_models_are_those_the_package_falls_back_to() -> None:
    theirs = {
        provider.id: tuple(provider.fallback_model_providers)
        for provider in providers
        if provider.fallback_model_providers
    }
    assert theirs == RESOLD


@pytest.mark.parametrize(
    ("reported", "named"),
    [
        ("OpenAI", "openai"),
        ("gcp.gemini", "google"),
        ("Azure.AI.OpenAI", "azure"),
        ("aws.bedrock", "aws"),
        ("xAI", "x-ai"),
    ],
)
def test_providers_are_known_by_the_names_that_sdks_give_them(reported: str, named: str) -> None:
    assert provider_name(reported) == named
    assert named in {provider.id for provider in providers}


def test_the_package_itself_agrees_about_a_call_priced_through_its_front_door(
    books: dict[tuple[str, str], PriceBook],
) -> None:
    at = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
    theirs = calc_price(
        Usage(input_tokens=2006, output_tokens=300, cache_read_tokens=1920),
        "gpt-5",
        provider_id="openai",
        genai_request_timestamp=at,
    )
    used = Quantities(input_tokens=2006, output_tokens=300, cache_read_tokens=1920)
    cost = books["openai", "gpt-5"].cost(used, at)
    assert cost is not None
    assert cost.nanos == nanos_from_decimal(theirs.total_price) == 3_347_500


def test_a_route_or_a_kind_of_search_is_no_service_tier() -> None:
    assert service_tier_of({"route": "mistral/eu"}) is None
    assert service_tier_of({"search_type": "web"}) is None


def test_a_model_that_also_costs_per_request_is_left_out() -> None:
    assert reason_to_leave_out(a_model(ModelPrice(input_mtok=Decimal(1), requests_kcount=Decimal(5)))) == PER_REQUEST


def test_a_model_whose_output_lost_its_price_is_left_out() -> None:
    later = ConditionalPrice(StartDateConstraint(date(2026, 1, 1)), prices=ModelPrice(input_mtok=Decimal(1)))
    first = ConditionalPrice(prices=ModelPrice(input_mtok=Decimal(1), output_mtok=Decimal(2)))
    assert reason_to_leave_out(a_model([first, later])) == NO_LONGER
    assert reason_to_leave_out(a_model([first])) is None


def a_model(prices: ModelPrice | list[ConditionalPrice]) -> ModelInfo:
    return ModelInfo(id="m", match=ClauseEquals("m"), prices=prices)
