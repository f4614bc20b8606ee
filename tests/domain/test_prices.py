"""What a use costs under each price model, with the arithmetic beside it."""

from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money
from billing_core.domain.prices import (
    CellPrice,
    CostPlus,
    Flat,
    Graduated,
    Matrix,
    Package,
    PerToken,
    PerUnit,
    PriceModel,
    Tier,
    TokenRates,
    Use,
    Volume,
    is_cumulative,
    price_of,
)
from billing_core.domain.usage import Quantities
from tests.builders import credits, usd

TIERS = [
    Tier(1_000, usd("0.02").nanos),
    Tier(5_000, usd("0.015").nanos, usd("5").nanos),
    Tier(None, usd("0.01").nanos, usd("20").nanos),
]
TOKENS = PerToken(
    "USD",
    {
        "*": TokenRates(usd("6").nanos, usd("18").nanos),
        "gpt-4o": TokenRates(usd("3").nanos, usd("12").nanos, cache_read=usd("1.50").nanos),
    },
)
MATRIX = Matrix(
    ("model", "region"),
    {
        ("gpt-4", "eu"): PerUnit(usd("0.05")),
        ("gpt-4", None): PerUnit(usd("0.04")),
        (None, "eu"): PerUnit(usd("0.03")),
    },
    PerUnit(usd("0.02")),
)


def use(units: int = 1, **details: Any) -> Use:
    counts = {name: details.pop(name) for name in list(details) if name.endswith("_tokens")}
    return Use(Quantities(units=units, **counts), **details)


def paid(price: PriceModel, units: int = 1, **details: Any) -> str:
    return price_of(price, use(units, **details)).decimal_text


def test_a_flat_price_is_the_same_however_much_was_used() -> None:
    assert paid(Flat(usd("0.25")), 7) == "0.25"


def test_a_flat_price_is_paid_for_each_event_of_a_sum() -> None:
    assert paid(Flat(usd("0.25")), 7, events=3) == "0.75"


def test_a_price_per_unit_is_for_each_or_for_so_many() -> None:
    assert paid(PerUnit(usd("0.05")), 3) == "0.15"  # 3 x 0.05
    assert paid(PerUnit(usd("0.50"), 1_000), 250) == "0.125"  # 250 / 1,000 x 0.50


def test_what_an_allowance_left_over_is_paid_in_proportion() -> None:
    assert paid(PerUnit(usd("0.05")), 9, part=2, whole=9) == "0.10"  # 2 of the 9 units
    assert paid(TOKENS, input_tokens=3_000_000, part=1, whole=3) == "6.00"  # a third of 3M x 6


def test_tokens_are_priced_by_kind_and_model() -> None:
    # 800,000 x 3 + 200,000 cached x 1.50 + 100,000 x 12, each per million
    assert (
        paid(TOKENS, model="gpt-4o", input_tokens=1_000_000, cache_read_tokens=200_000, output_tokens=100_000) == "3.90"
    )
    assert paid(TOKENS, model="GPT-4o-2024-08-06", input_tokens=1_000_000) == "3.00"
    assert paid(TOKENS, model="another", input_tokens=1_000_000) == "6.00"


def test_a_nano_is_rounded_once_and_half_to_even() -> None:
    rates = PerToken("USD", {"*": TokenRates(500_000, 0)})
    assert [price_of(rates, use(input_tokens=tokens)).nanos for tokens in (1, 2, 3, 4, 5)] == [0, 1, 2, 2, 2]


def test_graduated_units_cost_what_their_own_tier_says() -> None:
    price = Graduated("USD", TIERS)
    assert paid(price, 1_000) == "20.00"  # 1,000 x 0.02
    assert paid(price, 1_001) == "25.015"  # and the fee of 5, and 1 x 0.015
    assert paid(price, 6_000) == "115.00"  # 20 + (5 + 4,000 x 0.015) + (20 + 1,000 x 0.01)
    assert paid(price, 100, units_before=950) == "6.75"  # 50 x 0.02 + the fee of 5 + 50 x 0.015


def test_tiers_may_be_priced_for_so_many_units() -> None:
    price = Graduated("USD", [Tier(10, usd("1").nanos), Tier(None, usd("0.5").nanos, usd("2").nanos)], 4)
    assert paid(price, 18) == "5.50"  # 10 / 4 x 1 + 2 + 8 / 4 x 0.50


def test_volume_prices_all_units_at_the_tier_they_reach() -> None:
    price = Volume("USD", [Tier(100, usd("1").nanos), Tier(None, usd("0.80").nanos, usd("3").nanos)])
    assert paid(price, 100) == "100.00"
    assert paid(price, 1_000) == "803.00"  # 1,000 x 0.80 + the fee of 3
    assert paid(price, 0) == "0.00"


def test_a_use_that_reaches_a_cheaper_volume_costs_nothing_until_it_is_worth_more() -> None:
    price = Volume("USD", [Tier(100, usd("1").nanos), Tier(None, usd("0.80").nanos)])
    spent = usd("100").nanos
    assert paid(price, 10, units_before=100, spent_before_nanos=spent) == "0.00"  # 110 x 0.80 = 88
    assert paid(price, 50, units_before=100, spent_before_nanos=spent) == "20.00"  # 150 x 0.80 = 120


def test_a_package_is_paid_when_it_is_begun() -> None:
    price = Package(usd("5"), 100)
    assert paid(price, 1) == "5.00"
    assert paid(price, 100) == "5.00"
    assert paid(price, 201) == "15.00"
    assert paid(price, 99, units_before=1) == "0.00"
    assert paid(price, 100, units_before=1) == "5.00"


def test_a_matrix_takes_the_cell_that_names_most_of_the_use() -> None:
    assert paid(MATRIX, model="gpt-4", properties={"region": "eu"}) == "0.05"
    assert paid(MATRIX, model="gpt-4", properties={"region": "us"}) == "0.04"
    assert paid(MATRIX, model="gpt-4-0613") == "0.04"
    assert paid(MATRIX, model="other", properties={"region": "eu"}) == "0.03"
    assert paid(MATRIX) == "0.02"


def test_of_two_cells_that_name_equally_much_the_earlier_dimension_decides() -> None:
    price = Matrix(
        ("provider", "service_tier"),
        {(None, "batch"): PerUnit(usd("1")), ("openai", None): PerUnit(usd("2"))},
        PerUnit(usd("3")),
    )
    assert paid(price, provider="openai", service_tier="batch") == "2.00"
    assert paid(price, provider="mistral", service_tier="batch") == "1.00"


@pytest.mark.parametrize(
    ("value", "expected"), [(True, "2.00"), (3, "3.00"), ("x", "4.00"), (1.5, "1.00"), ([3], "1.00"), (None, "1.00")]
)
def test_properties_that_are_text_numbers_or_truths_choose_a_cell(value: object, expected: str) -> None:
    cells: dict[tuple[str | None, ...], CellPrice] = {
        ("true",): Flat(usd("2")),
        ("3",): Flat(usd("3")),
        ("x",): Flat(usd("4")),
        ("1.5",): Flat(usd("5")),
    }
    assert paid(Matrix(("size",), cells, Flat(usd("1"))), properties={"size": value}) == expected


def test_cost_plus_is_the_providers_cost_with_markup_and_a_fixed_amount() -> None:
    price = CostPlus(Flat(usd("1")), 2_000, usd("0.01"))
    assert paid(price, provider_cost=usd("0.50")) == "0.61"  # 0.50 x 1.20 + 0.01
    assert paid(price, provider_cost=usd("0.50"), part=1, whole=2) == "0.305"
    assert paid(price, provider_cost=usd("0")) == "0.01"
    assert paid(price, provider_cost=usd("0.50"), events=4) == "0.64"  # the cost of four, and 4 x 0.01


def test_a_cost_that_is_not_known_is_priced_by_the_fallback() -> None:
    price = CostPlus(PerUnit(usd("0.03")), 2_000, usd("0.01"))
    assert paid(price, 4) == "0.12"
    assert paid(price, 4, provider_cost=Money.parse("9", "EUR")) == "0.12"


def test_a_discount_is_taken_off_before_the_one_rounding() -> None:
    assert paid(PerUnit(usd("0.10")), 3, discount_basis_points=2_500) == "0.225"  # 0.30 x 0.75
    assert paid(Graduated("USD", TIERS), 100, units_before=950, discount_basis_points=1_000) == "6.075"  # 6.75 x 0.90
    thirds = PerUnit(Money(1, "USD"), 3)
    assert price_of(thirds, use(4, discount_basis_points=5_000)).nanos == 1  # 4/3 x 1/2 = 2/3; 1 x 1/2 would be 0


def test_only_prices_by_tiers_and_packages_look_back() -> None:
    assert [is_cumulative(price) for price in (Flat(usd("1")), TOKENS, MATRIX)] == [False, False, False]
    cumulative = (Graduated("USD", TIERS), Volume("USD", TIERS), Package(usd("1"), 2))
    assert [is_cumulative(price) for price in cumulative] == [True, True, True]


@pytest.mark.parametrize(
    ("tiers", "field", "says"),
    [
        ([], "tiers", "There are 0 tiers"),
        ([Tier(10, 1), Tier(None, 1, starts_at=12)], "tiers[1].from", "units 11 to 11 would have no price"),
        ([Tier(10, 1), Tier(None, 1, starts_at=9)], "tiers[1].from", "units 9 to 10 would be in two tiers"),
        ([Tier(None, 1, starts_at=5)], "tiers[0].from", "units 1 to 4 would have no price"),
        ([Tier(500, 1), Tier(100, 1), Tier(None, 1)], "tiers[1].up_to", "Tier 2 ends at 100 and tier 1 at 500"),
        ([Tier(100, 1), Tier(100, 1), Tier(None, 1)], "tiers[1].up_to", "Tier 2 ends at 100 and tier 1 at 100"),
        ([Tier(0, 1), Tier(None, 1)], "tiers[0].up_to", "Tier 1 ends at 0"),
        ([Tier(100, 1)], "tiers[0].up_to", "units from 101 on would have no price"),
        ([Tier(None, 1), Tier(None, 1)], "tiers[0].up_to", "tier 2 is never reached"),
        ([Tier(None, -1)], "tiers[0]", "negative"),
        ([Tier(None, 1, -1)], "tiers[0]", "negative"),
    ],
)
@pytest.mark.parametrize("model", [Graduated, Volume])
def test_a_tier_table_that_does_not_hold_is_refused_with_its_numbers(
    model: type[Graduated | Volume], tiers: list[Tier], field: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        model("USD", tiers)
    assert refused.value.field == field
    assert says in refused.value.message


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (lambda: CostPlus(Flat(credits("1")), 0, credits("0")), "currency"),
        (lambda: CostPlus(Flat(usd("1")), 0, credits("0")), "fixed"),
        (lambda: CostPlus(Flat(usd("1")), -1, usd("0")), "markup_percent"),
        (lambda: Matrix((), {(): Flat(usd("1"))}, Flat(usd("1"))), "dimensions"),
        (lambda: Matrix(("model", "model"), {("a", "b"): Flat(usd("1"))}, Flat(usd("1"))), "dimensions"),
        (lambda: Matrix(("model",), {}, Flat(usd("1"))), "cells"),
        (lambda: Matrix(("model",), {(None,): Flat(usd("1"))}, Flat(usd("1"))), "cells[0]"),
        (lambda: Matrix(("model",), {("a",): Flat(credits("1"))}, Flat(usd("1"))), "cells[0].price"),
    ],
)
def test_a_price_that_cannot_be_is_refused_by_its_field(broken: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        broken()
    assert refused.value.field == field
