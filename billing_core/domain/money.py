"""Exact amounts: integers of one billionth of a unit, with rounding and splitting in this one place.

Token prices lie far below a cent, so an amount counts nanos (10^-9 of a dollar, euro or credit).
`CREDITS` is a currency like any other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from billing_core.domain.errors import InvalidInput

NANOS_PER_UNIT = 1_000_000_000
NANOS_MAX = 2**63 - 1
TEXT_MAX = 40
CREDITS = "CREDITS"
MINOR_DIGITS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "CAD": 2, "AUD": 2, "INR": 2, "RUB": 2, "JPY": 0, CREDITS: 2}
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def divide_half_even(numerator: int, denominator: int) -> int:
    """Integer quotient rounded half to even; `denominator` is positive."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def check_currency(currency: str, *, field: str = "currency") -> str:
    """The currency itself when it is known; InvalidInput otherwise."""
    if currency not in MINOR_DIGITS:
        known = ", ".join(sorted(MINOR_DIGITS))
        raise InvalidInput(f"{currency!r} is not a known currency; use one of {known}.", field=field)
    return currency


def parse_nanos(text: str, *, field: str = "amount") -> int:
    """Nanos of a plain decimal such as `0.00003`; InvalidInput for an exponent, infinity, or finer than a nano."""
    if not _DECIMAL.fullmatch(text):
        raise InvalidInput(f"{text!r} is not a decimal number such as 12.50.", field=field)
    if len(text) > TEXT_MAX:
        raise InvalidInput(f"The amount has {len(text)} characters; it may have {TEXT_MAX}.", field=field)
    with localcontext() as context:
        context.prec = 60
        scaled = Decimal(text) * NANOS_PER_UNIT
        nanos = int(scaled)
        if scaled != nanos:
            raise InvalidInput(f"{text} has more than nine decimals; the smallest amount is 0.000000001.", field=field)
    if abs(nanos) > NANOS_MAX:
        raise InvalidInput(f"{text} is out of range; the largest amount is {format_nanos(NANOS_MAX)}.", field=field)
    return nanos


def format_nanos(nanos: int, *, digits_min: int = 2) -> str:
    """The exact decimal, at least `digits_min` decimals, no trailing zeros beyond them: `0.00003`, `12.50`."""
    return format_scaled(nanos, 9, digits_min=digits_min)


def format_scaled(number: int, digits: int, *, digits_min: int = 2) -> str:
    """`format_nanos` of a number of any such small parts: those of which a unit has 10^`digits`."""
    sign = "-" if number < 0 else ""
    units, fraction = divmod(abs(number), 10**digits)
    decimals = f"{fraction:0{digits}d}".rstrip("0").ljust(digits_min, "0")
    return f"{sign}{units}.{decimals}" if decimals else f"{sign}{units}"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount of one currency. Arithmetic between currencies raises InvalidInput."""

    nanos: int
    currency: str

    def __post_init__(self) -> None:
        check_currency(self.currency)
        if abs(self.nanos) > NANOS_MAX:
            raise InvalidInput(
                f"The amount {format_nanos(self.nanos)} {self.currency} is out of range.", field="amount"
            )

    @classmethod
    def parse(cls, text: str, currency: str, *, field: str = "amount") -> "Money":
        """Money from a decimal string; never from a float."""
        return cls(parse_nanos(text, field=field), check_currency(currency, field=field))

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.nanos + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.nanos - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.nanos, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.nanos < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.nanos <= self._same(other)

    def __bool__(self) -> bool:
        return self.nanos != 0

    def __str__(self) -> str:
        return f"{self.decimal_text} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise InvalidInput(f"{self.currency} and {other.currency} cannot be combined.", field="currency")
        return other.nanos

    @property
    def decimal_text(self) -> str:
        """The exact decimal without currency, at least the currency's minor digits."""
        return format_nanos(self.nanos, digits_min=MINOR_DIGITS[self.currency])

    @property
    def minor_units(self) -> int:
        """Whole minor units (cents), rounded half to even: what an invoice line or Stripe is given."""
        return divide_half_even(self.nanos, NANOS_PER_UNIT // 10 ** MINOR_DIGITS[self.currency])

    @classmethod
    def from_minor_units(cls, minor_units: int, currency: str) -> "Money":
        digits = MINOR_DIGITS[check_currency(currency)]
        return cls(minor_units * (NANOS_PER_UNIT // 10**digits), currency)

    def rounded(self) -> "Money":
        """Rounded half to even to the currency's minor unit: once per invoice line, nowhere else."""
        return Money.from_minor_units(self.minor_units, self.currency)

    def share(self, part: int, whole: int) -> "Money":
        """`part / whole` of this amount, rounded half to even to the nano."""
        return Money(divide_half_even(self.nanos * part, whole), self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights with the largest-remainder method; the parts always add up to this amount."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise InvalidInput("Weights must not be negative and must not all be zero.", field="weights")
        exact = [divmod(self.nanos * weight, total) for weight in weights]
        parts = [quotient for quotient, _ in exact]
        by_remainder = sorted(range(len(weights)), key=lambda index: (-exact[index][1], index))
        for index in by_remainder[: self.nanos - sum(parts)]:
            parts[index] += 1
        return [Money(part, self.currency) for part in parts]


def to_decimal(nanos: int) -> Decimal:
    """The exact Decimal of an amount in units, for exports and display."""
    with localcontext() as context:
        context.prec = 60
        return (Decimal(nanos) / NANOS_PER_UNIT).normalize(context)


def nanos_from_decimal(value: Decimal, *, field: str = "amount") -> int:
    """Nanos of an exact Decimal, rounded half to even to the nano."""
    if not value.is_finite():
        raise InvalidInput(f"{value} is not a number.", field=field)
    with localcontext() as context:
        context.prec = 60
        return int((value * NANOS_PER_UNIT).to_integral_value(ROUND_HALF_EVEN))
