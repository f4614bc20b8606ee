"""What one model of genai-prices costs over time, as dated rates per service tier.

genai-prices keeps whole price lists with conditions, and the last list whose condition holds counts. Here every date
on which something changes gets the complete rates of that date, and so does every part of the day that has its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)

from billing_core.domain.provider_prices import STANDARD, TokenKind

KEYS: dict[TokenKind, str] = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
}
# What a kind without a price of its own costs: the tokens it is a part of.
PART_OF: dict[TokenKind, TokenKind] = {"cache_read": "input", "cache_write": "input", "reasoning": "output"}
# Prices before the first dated one: genai-prices uses the undated price for every earlier day.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

PriceSheet = Mapping[str, Decimal | TieredPrices]


@dataclass(frozen=True, slots=True)
class DatedSheet:
    """The whole price list of a model and service tier, from `starts_at` until the next one of that tier.

    It holds from `day_second` of each UTC day until the next part of the day begins.
    """

    starts_at: datetime
    day_second: int
    service_tier: str
    sheet: PriceSheet


@dataclass(frozen=True, slots=True)
class DatedRate:
    """One rate in dollars per million tokens, from `starts_at` on, for inputs larger than `input_tokens_over`."""

    starts_at: datetime
    day_second: int
    service_tier: str
    input_tokens_over: int
    kind: TokenKind
    dollars_per_mtok: Decimal


def service_tier_of(when: Mapping[str, str]) -> str | None:
    """The tier a variant is the price of, or None for conditions that are no tier: routes, kinds of search."""
    match list(when.items()):
        case [("service_tier", "default")]:
            return STANDARD
        case [("service_tier", tier)]:
            return tier
        case [("processing", "batch")]:
            return "batch"
        case [("speed", speed)]:
            return speed
        case _:
            return None


def sheets_of(model: ModelInfo) -> list[DatedSheet]:
    """The price lists of a model, by date and part of the day."""
    prices = [ConditionalPrice(prices=model.prices)] if isinstance(model.prices, ModelPrice) else model.prices
    variants = [(service_tier_of(variant.when), variant) for variant in model.price_variants or ()]
    constraints = [price.constraint for price in prices] + [variant.constraint for _, variant in variants]
    dates = {item.start_date for item in constraints if isinstance(item, StartDateConstraint)}
    found: list[DatedSheet] = []
    for starts_at in [ALWAYS, *(datetime.combine(day, time(), tzinfo=UTC) for day in sorted(dates))]:
        for day_second in _parts_of_the_day(constraints):
            at = starts_at + timedelta(seconds=day_second)
            standard = _sheet(_standard(prices, at))
            overrides: dict[str, dict[str, Decimal | TieredPrices]] = {STANDARD: {}}
            for tier, variant in variants:
                if tier is not None and (variant.constraint is None or variant.constraint.active(at)):
                    overrides[tier] = {**_sheet(variant.prices), **overrides.get(tier, {})}
            found += [
                DatedSheet(starts_at, day_second, tier, {**standard, **partial}) for tier, partial in overrides.items()
            ]
    return found


def rates_of(sheets: Sequence[DatedSheet]) -> Iterator[DatedRate]:
    """The rates of the price lists of one service tier and part of the day, each at the dates it changes."""
    kinds: list[TokenKind] = [kind for kind in KEYS if any(KEYS[kind] in dated.sheet for dated in sheets)]
    for over in sorted({0, *(start for dated in sheets for start in _starts(dated.sheet))}):
        for kind in kinds:
            known = next(index for index, dated in enumerate(sheets) if KEYS[kind] in dated.sheet)
            rates = [(dated, _rate(dated.sheet, kind, over)) for dated in sheets[known:]]
            is_whole_day = not any(dated.day_second for dated in sheets)
            if over and is_whole_day and all(rate == _rate(dated.sheet, kind, over - 1) for dated, rate in rates):
                continue
            last: Decimal | None = None
            for dated, rate in rates:
                if rate != last:
                    yield DatedRate(dated.starts_at, dated.day_second, dated.service_tier, over, kind, rate)
                last = rate


def _parts_of_the_day(constraints: Sequence[object]) -> list[int]:
    """The seconds of the UTC day at which another price may begin."""
    times = {0}
    for constraint in constraints:
        if isinstance(constraint, TimeOfDateConstraint):
            times |= {_second_of_day(constraint.start_time), _second_of_day(constraint.end_time)}
    return sorted(times)


def _second_of_day(moment: time) -> int:
    """Whole seconds since midnight UTC; a time without a zone is UTC."""
    offset = moment.utcoffset() or timedelta()
    return (moment.hour * 3_600 + moment.minute * 60 + moment.second - offset // timedelta(seconds=1)) % 86_400


def _standard(prices: Sequence[ConditionalPrice], at: datetime) -> ModelPrice:
    """The last list whose condition holds, or the first when none does."""
    active = (price.prices for price in reversed(prices) if price.constraint is None or price.constraint.active(at))
    return next(active, prices[0].prices)


def _sheet(price: ModelPrice) -> PriceSheet:
    return {key: value for key in KEYS.values() if (value := getattr(price, key)) is not None}


def _rate(sheet: PriceSheet, kind: TokenKind, over: int) -> Decimal:
    """Dollars per million for inputs just above `over`, from the price of the whole where the part has none."""
    value = sheet.get(KEYS[kind])
    if value is None:
        return _rate(sheet, PART_OF[kind], over)
    if isinstance(value, Decimal):
        return value
    return next((tier.price for tier in reversed(value.tiers) if tier.start <= over), value.base)


def _starts(sheet: PriceSheet) -> Iterator[int]:
    for value in sheet.values():
        if isinstance(value, TieredPrices):
            yield from (tier.start for tier in value.tiers)
