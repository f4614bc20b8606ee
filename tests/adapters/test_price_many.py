"""Prices of many calls at once: exactly what the price book says of each, and what genai-prices says in decimals."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_core.adapters.provider_prices.genai_price_list import read_price_list
from billing_core.adapters.provider_prices.price_many import price_many
from billing_core.domain.provider_prices import STANDARD, PriceBook, ProviderPrice
from billing_core.domain.usage import COUNT_MAX, Quantities
from billing_core.domain.usage_columns import UsageColumns
from tests.adapters.test_genai_prices_source import contexts_of, dates_of, their_nanos

START = datetime(2026, 1, 1, tzinfo=UTC)
PAIR = ("openai", "m")
RATES = st.one_of(st.integers(0, 3), st.integers(0, 10**12), st.integers(10**15, 10**18))
COUNTS = st.one_of(st.integers(0, 5), st.integers(0, 10**6), st.just(500_000), st.integers(0, COUNT_MAX))
KINDS = ("input", "output", "llm", "cache_read", "cache_write", "reasoning")
TOKENS = ("input_tokens", "llm_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")


@st.composite
def price_rows(draw: st.DrawFn) -> list[ProviderPrice]:
    """Rows of any kind, tier, band, part of the day, source and date, some with an end, some finer than a nano."""
    return [
        ProviderPrice(
            provider=PAIR[0],
            model=PAIR[1],
            token_kind=draw(st.sampled_from(KINDS)),
            nanos_per_mtok=draw(RATES),
            attos_per_mtok=draw(st.sampled_from([0, 0, 0, 1, 999_999_999])),
            currency="USD",
            effective_from=(starts := START + timedelta(days=draw(st.integers(0, 4)))),
            effective_until=draw(st.sampled_from([None, None, starts + timedelta(days=2)])),
            source="list",
            source_version="1",
            service_tier=draw(st.sampled_from([STANDARD, STANDARD, "batch"])),
            input_tokens_over=draw(st.sampled_from([0, 0, 3, 500_000])),
            day_second=draw(st.sampled_from([0, 0, 0, 3_600])),
            precedence=draw(st.sampled_from([0, 0, 1])),
        )
        for _ in range(draw(st.integers(1, 12)))
    ]


@st.composite
def uses(draw: st.DrawFn) -> Quantities:
    input_tokens, output_tokens = draw(COUNTS), draw(COUNTS)
    cache_read = draw(st.integers(0, input_tokens))
    return Quantities(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        llm_tokens=draw(st.sampled_from([0, 0, 7])),
        cache_read_tokens=cache_read,
        cache_write_tokens=draw(st.integers(0, input_tokens - cache_read)),
        reasoning_tokens=draw(st.integers(0, output_tokens)),
    )


calls = st.tuples(
    uses(), st.integers(-86_400, 6 * 86_400), st.sampled_from([None, STANDARD, "default", "batch", "flexx"])
)


def as_columns(chosen: Sequence[tuple[Quantities, int, str | None]], **changed: Any) -> UsageColumns:
    """Calls at seconds from the start, as columns."""
    start_micros = int(START.timestamp()) * 10**6
    columns: dict[str, Any] = {
        "provider": [PAIR[0]] * len(chosen),
        "model": [PAIR[1]] * len(chosen),
        "service_tier": [tier for _, _, tier in chosen],
        "at_micros": [start_micros + second * 10**6 for _, second, _ in chosen],
        **{name: [getattr(used, name) for used, _, _ in chosen] for name in TOKENS},
    }
    return UsageColumns(**(columns | changed))


@settings(deadline=None, max_examples=300)
@given(price_rows(), st.lists(calls, max_size=8))
def test_many_cost_what_each_costs(rows: list[ProviderPrice], chosen: list[tuple[Quantities, int, str | None]]) -> None:
    book = PriceBook(rows)
    columns = as_columns(chosen)
    one_by_one: list[int | None] = []
    kept: list[tuple[Quantities, int, str | None]] = []
    for call, at in zip(chosen, columns.at_micros, strict=True):
        try:
            one_by_one.append(book.cost_nanos(call[0], at, call[2] or STANDARD))
        except Exception:  # noqa: BLE001 - too large to count, which is another test
            continue
        kept.append(call)
    assert price_many({PAIR: book}, as_columns(kept)).to_list() == one_by_one


def input_price(nanos_per_mtok: int, over: int = 0) -> ProviderPrice:
    return ProviderPrice(
        provider=PAIR[0],
        model=PAIR[1],
        token_kind="input",
        nanos_per_mtok=nanos_per_mtok,
        currency="USD",
        effective_from=START,
        source="list",
        source_version="1",
        input_tokens_over=over,
    )


def test_half_a_nano_is_rounded_to_the_even_one() -> None:
    chosen = [(Quantities(input_tokens=tokens), 0, None) for tokens in (499_999, 500_000, 1_500_000, 2_500_000)]
    assert price_many({PAIR: PriceBook([input_price(1)])}, as_columns(chosen)).to_list() == [0, 0, 2, 2]


def test_a_band_begins_with_the_first_token_beyond_its_limit() -> None:
    book = PriceBook([input_price(10**6), input_price(2 * 10**6, over=100)])
    chosen = [(Quantities(input_tokens=tokens), 0, None) for tokens in (0, 99, 100, 101)]
    assert price_many({PAIR: book}, as_columns(chosen)).to_list() == [0, 99, 100, 202]


def test_calls_of_unknown_models_and_of_none_are_unpriced() -> None:
    book = PriceBook([input_price(10**6)])
    used = Quantities(input_tokens=5)
    columns = as_columns([(used, 0, None)] * 4, model=["m", "other", None, "unknown"])
    assert price_many({PAIR: book, ("openai", "unknown"): None}, columns).to_list() == [5, None, None, None]


def test_no_calls_cost_nothing() -> None:
    assert price_many({}, as_columns([])).to_list() == []


@cache
def published() -> dict[tuple[str, str], PriceBook]:
    rows: dict[tuple[str, str], list[ProviderPrice]] = {}
    for price in read_price_list("genai-prices", "test").prices:
        rows.setdefault((price.provider, price.model), []).append(price)
    return {name: PriceBook(prices) for name, prices in rows.items()}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.lists(uses(), min_size=1, max_size=8))
def test_the_packages_decimals_are_met_to_the_nano(seed: int, chosen: list[Quantities]) -> None:
    """Models, dates, tiers and parts of the day at random; the benchmark compares a million."""
    random, books = Random(seed), published()
    provider, model = random.choice([(p, m) for p in providers for m in p.models if (p.id, m.id) in books])
    at = random.choice(dates_of(model))
    context = random.choice(contexts_of(model, at))
    tier = STANDARD if not context else next(iter(context.values()))
    tier = STANDARD if tier == "default" else tier
    book = books[provider.id, model.id]
    for used in chosen:
        bounded = Quantities(
            input_tokens=used.input_tokens % 10**9,
            cache_read_tokens=used.cache_read_tokens % 10**9 if used.input_tokens < 10**9 else 0,
            output_tokens=used.output_tokens % 10**9
            if book.cost_nanos(Quantities(output_tokens=1), at) is not None
            else 0,
        )
        assert book.cost_nanos(bounded, at, tier) == their_nanos(provider, model, bounded, at, context)
