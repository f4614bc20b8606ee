"""Money is exact: nothing is lost in reading, printing, adding, splitting or rounding."""

import operator
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import (
    NANOS_MAX,
    Money,
    divide_half_even,
    format_nanos,
    nanos_from_decimal,
    parse_nanos,
    to_decimal,
)

nanos = st.integers(-NANOS_MAX, NANOS_MAX)


@given(nanos)
def test_reading_what_was_printed_gives_the_same_amount(amount: int) -> None:
    assert parse_nanos(format_nanos(amount)) == amount
    assert nanos_from_decimal(to_decimal(amount)) == amount


@pytest.mark.parametrize(
    "text", ["", "1e3", "NaN", "inf", "1,000", " 1", "1.", "0.0000000001", "9" * 11, "1." + "0" * 70 + "1", "--1", "１"]
)
def test_what_is_not_a_plain_decimal_in_range_is_refused_with_the_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Money.parse(text, "USD", field="price")
    assert refusal.value.field == "price"


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    with localcontext() as context:
        context.prec = 80
        exact = (Decimal(numerator) / denominator).to_integral_value(ROUND_HALF_EVEN)
    assert divide_half_even(numerator, denominator) == int(exact)


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_a_split_loses_nothing_and_no_part_is_off_by_a_whole_nano(amount: int, weights: list[int]) -> None:
    parts = Money(amount, "USD").allocate(weights)
    assert sum(part.nanos for part in parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.nanos * sum(weights) - amount * weight) < sum(weights)


def test_minor_units_are_rounded_once_half_to_even() -> None:
    assert Money.parse("39.90", "USD").minor_units == 3990
    assert Money.parse("0.005", "USD").minor_units == 0
    assert Money.parse("0.015", "USD").minor_units == 2
    assert Money.parse("1.5", "JPY").minor_units == 2
    assert str(Money.parse("0.125", "USD").rounded()) == "0.12 USD"


@pytest.mark.parametrize("combine", [operator.add, operator.sub, operator.lt, operator.le])
def test_two_currencies_are_never_combined(combine: Callable[[Money, Money], object]) -> None:
    with pytest.raises(InvalidInput):
        combine(Money.parse("1", "USD"), Money.parse("1", "EUR"))


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Money.parse("1", "ABC")


def test_an_amount_beyond_64_bits_is_refused() -> None:
    with pytest.raises(InvalidInput):
        operator.add(Money(NANOS_MAX, "USD"), Money(1, "USD"))
