"""What a chart's numbers are: how stored integers become heights, and how axis and hover write them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

from billing_core.console import formatting
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money

Value = int | Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_AXIS_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**4, "k"))
_GRIDLINES_MAX = 4


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of number. `text` writes a stored value exactly, `per_unit` divides it into what the axis shows."""

    text: Callable[[Value], str]
    per_unit: Decimal = Decimal(1)
    prefix: str = ""
    suffix: str = ""

    def height(self, value: Value | None) -> float | None:
        """The number a chart draws; None leaves a gap."""
        return None if value is None else float(Decimal(value) / self.per_unit)


def money_measure(currency: str) -> Measure:
    """Amounts in nanos of `currency`."""
    symbol = formatting.price(Money.zero(currency)).removesuffix("0")
    return Measure(lambda nanos: formatting.money(Money(int(nanos), currency)), Decimal(NANOS_PER_UNIT), prefix=symbol)


def rate_measure(currency: str) -> Measure:
    """Prices per unit in nanos of `currency`, with every digit."""
    symbol = formatting.price(Money.zero(currency)).removesuffix("0")
    return Measure(lambda nanos: formatting.rate(Money(int(nanos), currency)), Decimal(NANOS_PER_UNIT), prefix=symbol)


CREDIT_AMOUNT = money_measure(CREDITS)
CALLS = Measure(lambda number: formatting.count(int(number)))
TOKENS = Measure(lambda number: formatting.tokens(int(number)))
PERCENT = Measure(lambda ratio: formatting.percent(Decimal(ratio)), per_unit=Decimal("0.01"), suffix="%")
MILLISECONDS = Measure(lambda number: formatting.duration(int(number)), per_unit=Decimal(1_000), suffix=" s")


def ticks(low: float, high: float, measure: Measure) -> tuple[list[float], list[str]]:
    """Places and words of two to four gridlines between `low` and `high`, which are axis units."""
    step = _nice_step(max(high - low, 1e-9))
    first = -(-Decimal(str(low)) // step)
    places = [step * (first + index) for index in range(_GRIDLINES_MAX + 2)]
    shown = [place for place in places if place <= Decimal(str(high))]
    return [float(place) for place in shown], [_tick_text(place, shown[-1], measure) for place in shown]


def _nice_step(span: float) -> Decimal:
    rough = span / _GRIDLINES_MAX
    magnitude = Decimal(10) ** floor(log10(rough))
    return next(step * magnitude for step in _STEPS if float(step * magnitude) >= rough * 0.999)


def _tick_text(value: Decimal, top: Decimal, measure: Measure) -> str:
    scale, letter = next(((size, letter) for size, letter in _AXIS_SCALES if top >= size), (1, ""))
    if letter == "k":
        scale = 10**3
    scaled = abs(value) / scale
    number = f"{scaled.normalize():,f}" if scaled else "0"
    sign = formatting.MINUS if value < 0 else ""
    return f"{sign}{measure.prefix}{number}{letter if value else ''}{measure.suffix}"
