"""A million calls against dated provider prices, beside genai-prices itself, whose Decimal results they equal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from statistics import median
from typing import Any

from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import ModelInfo, Provider

from benchmarks.measure import Figure, seconds_of, show_load
from billing_core.adapters.provider_prices.dated_rates import service_tier_of
from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.adapters.provider_prices.price_many import price_many
from billing_core.domain.clock import to_micros
from billing_core.domain.money import nanos_from_decimal
from billing_core.domain.provider_prices import STANDARD, PriceBook, ProviderPrice
from billing_core.domain.usage import Quantities
from billing_core.domain.usage_columns import UsageColumns

CALLS = 1_000_000
# The library takes 50 microseconds a call: its speed is that of the first of them, its results are compared for all.
LIBRARY_CALLS = 20_000
ROUNDS = 5
FIRST, DAYS = datetime(2023, 1, 1, tzinfo=UTC), 1_420
# Where long-context bands begin, and what calls mostly are.
SIZES = (0, 1, 900, 3_000, 32_001, 128_000, 128_001, 200_000, 200_001, 272_000, 272_001, 1_000_003)
# Counters of other modalities have to be said to be zero where a model prices them.
NO_OTHERS = ("cache_audio_read_tokens", "cache_image_read_tokens", "input_audio_tokens", "cache_write_1h_tokens")

Books = dict[tuple[str, str], PriceBook]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a model at a moment, in terms of both sides; a context is what genai-prices calls a tier."""

    provider: Provider
    model: ModelInfo
    at: datetime
    context: dict[str, str] | None
    used: Quantities

    @property
    def service_tier(self) -> str:
        return STANDARD if self.context is None else service_tier_of(self.context) or STANDARD

    @property
    def is_found_by_name(self) -> bool:
        """Whether the library finds the model by its own name; some of its patterns do not match theirs."""
        return self.provider.find_model(self.model.id) is self.model

    def usage(self) -> Usage:
        used = self.used
        return Usage(
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cache_read_tokens=used.cache_read_tokens,
            cache_write_tokens=used.cache_write_tokens,
            output_reasoning_tokens=used.reasoning_tokens,
            **dict.fromkeys(NO_OTHERS, 0),
        )


def main() -> None:
    """Calls a second over all models, tiers, bands and three years of dates."""
    show_load()
    books = price_books()
    calls = list(a_million_calls(books, Random(20261121)))
    columns = columns_of(calls)
    seconds = median(seconds_of(lambda: price_many(books, columns).to_list()) for _ in range(ROUNDS))
    findable = list(islice((call for call in calls if call.is_found_by_name), LIBRARY_CALLS))
    library = seconds_of(lambda: [through_the_front_door(call) for call in findable])
    single = seconds_of(lambda: [one_by_one(books, call) for call in calls])
    priced = price_many(books, columns).to_list()
    differences = {
        "one_by_one": _differences(priced, calls, lambda call: one_by_one(books, call)),
        "genai_prices": _differences(priced, calls, in_decimals),
    }
    print(f"{CALLS / seconds:,.0f} calls/s; one by one {CALLS / single:,.0f}; differences: {differences}")
    if any(differences.values()):
        raise RuntimeError(f"prices differ: {differences}")
    Figure(
        name="pricing",
        figure=CALLS / seconds,
        unit="calls/s",
        kind="peer",
        held_against=len(findable) / library,
        details={
            "calls": CALLS,
            "models": len(books),
            "one_by_one": round(CALLS / single),
            "equal_to_genai_prices": len(priced),
        },
    ).report()


def price_books() -> Books:
    """The price book of every model that genai-prices knows and rows can tell."""
    rows: dict[tuple[str, str], list[ProviderPrice]] = {}
    for price in GenaiPricesSource().read().prices:
        rows.setdefault((price.provider, price.model), []).append(price)
    return {name: PriceBook(prices) for name, prices in rows.items()}


def a_million_calls(books: Books, random: Random) -> Iterator[Call]:
    """Calls of random models, a fifth of them in another tier where the model has one."""
    now = datetime(2026, 11, 20, tzinfo=UTC)
    models = [
        (provider, model, books[provider.id, model.id].cost_nanos(Quantities(output_tokens=1), now) is not None)
        for provider in providers
        for model in provider.models
        if (provider.id, model.id) in books
    ]
    for _ in range(CALLS):
        provider, model, has_output = random.choice(models)
        at = FIRST + timedelta(seconds=random.randrange(DAYS * 86_400))
        context = _context(model, at, random) if random.random() < 0.2 else None
        yield Call(provider, model, at, context, _quantities(random, has_output=has_output))


def columns_of(calls: Sequence[Call]) -> UsageColumns:
    """The same calls as plain lists, the way a table or a file gives them."""
    return UsageColumns(
        provider=[call.provider.id for call in calls],
        model=[call.model.id for call in calls],
        service_tier=[call.service_tier for call in calls],
        at_micros=[to_micros(call.at) for call in calls],
        **{name: [getattr(call.used, name) for call in calls] for name in _COUNTS},
    )


_COUNTS = (
    "input_tokens",
    "llm_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)


def one_by_one(books: Books, call: Call) -> int | None:
    """What PriceBook says, as charging asks it."""
    return books[call.provider.id, call.model.id].cost_nanos(call.used, call.at, call.service_tier)


def through_the_front_door(call: Call) -> Any:
    """genai-prices as its users call it."""
    return calc_price(
        call.usage(),
        call.model.id,
        provider_id=call.provider.id,
        genai_request_timestamp=call.at,
        price_context=call.context,
    )


def in_decimals(call: Call) -> int:
    """What genai-prices says in Decimal, in nanos."""
    price = call.model.calc_price(
        call.usage(), call.provider, genai_request_timestamp=call.at, price_context=call.context
    )
    return nanos_from_decimal(price.total_price)


def _differences(ours: Sequence[int | None], calls: Sequence[Call], theirs: Callable[[Call], int | None]) -> int:
    return sum(nanos != theirs(call) for nanos, call in zip(ours, calls, strict=True))


def _context(model: ModelInfo, at: datetime, random: Random) -> dict[str, str] | None:
    in_force = [
        item.when
        for item in model.price_variants or ()
        if service_tier_of(item.when) is not None and (item.constraint is None or item.constraint.active(at))
    ]
    return random.choice(in_force) if in_force else None


def _quantities(random: Random, *, has_output: bool) -> Quantities:
    input_tokens = random.choice(SIZES)
    cache_read = random.randint(0, input_tokens) if random.random() < 0.5 else 0
    cache_write = random.randint(0, input_tokens - cache_read) if random.random() < 0.2 else 0
    output_tokens = random.randint(0, 9_000) if has_output else 0
    return Quantities(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        reasoning_tokens=random.randint(0, output_tokens) if random.random() < 0.5 else 0,
    )


if __name__ == "__main__":
    main()
