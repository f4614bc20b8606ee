"""Laws of prices: no nano is lost or made by cutting a period into uses, and no discount or bound works backwards."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.money import Money
from billing_core.domain.plans import Beyond, FeatureTerms
from billing_core.domain.prices import (
    CostPlus,
    CumulativePrice,
    Graduated,
    LinearPrice,
    Matrix,
    Package,
    PerUnit,
    PriceModel,
    Use,
    Volume,
    cumulative_nanos,
    price_nanos,
)
from billing_core.domain.true_up import true_up
from billing_core.domain.usage import Quantities
from tests.price_strategies import SMALL_NANOS, cell_prices, cumulative_prices, linear_prices, matrices

UNITS = st.integers(0, 10_000)
SPLITS = st.lists(UNITS, min_size=1, max_size=8)
DISCOUNTS = st.integers(0, 10_000)
CUMULATIVE = cumulative_prices("USD", SMALL_NANOS, 20_000)
LINEAR = linear_prices("USD", SMALL_NANOS)
ANY_PRICE: st.SearchStrategy[PriceModel] = CUMULATIVE | cell_prices("USD", SMALL_NANOS) | matrices("USD", SMALL_NANOS)


@st.composite
def some_use(draw: st.DrawFn) -> Use:
    tokens = {name: draw(UNITS) for name in ("input_tokens", "llm_tokens", "output_tokens")}
    return Use(
        Quantities(units=draw(UNITS), **tokens),
        draw(st.none() | st.sampled_from(["gpt-4", "gpt-4-0613", "a", "A"])),
        units_before=draw(UNITS),
        provider_cost=draw(st.none() | st.builds(Money, SMALL_NANOS, st.just("USD"))),
    )


def uses_of(price: CumulativePrice, split: list[int], discount: int = 0, maximum: int | None = None) -> list[int]:
    """What each use of a period is charged, as charging does it: within what is left of the maximum."""
    charged: list[int] = []
    for place, units in enumerate(split):
        use = Use(
            Quantities(units=units),
            units_before=sum(split[:place]),
            spent_before_nanos=sum(charged),
            discount_basis_points=discount,
        )
        nanos = price_nanos(price, use)
        charged.append(nanos if maximum is None else min(nanos, max(maximum - sum(charged), 0)))
    return charged


@given(CUMULATIVE, SPLITS, DISCOUNTS)
def test_a_period_costs_the_same_however_it_is_cut_and_in_whatever_order(
    price: CumulativePrice, split: list[int], discount: int
) -> None:
    at_once = cumulative_nanos(price, sum(split), discount)
    terms = FeatureTerms(None, price, Beyond.OVERAGE)
    for parts in (split, split[::-1], [sum(split)]):
        charged = uses_of(price, parts, discount)
        assert min(charged) >= 0
        assert sum(charged) >= at_once
        if not isinstance(price, Volume):
            assert sum(charged) == at_once
        settled = true_up(terms, sum(parts), sum(charged), discount_basis_points=discount)
        assert sum(charged) + settled == at_once


@given(st.builds(lambda price, units: (price, units), CUMULATIVE, st.lists(UNITS, min_size=2, max_size=6)))
def test_tiers_and_packages_never_cost_less_for_more(case: tuple[CumulativePrice, list[int]]) -> None:
    price, units = case
    if not isinstance(price, Volume):
        totals = [cumulative_nanos(price, count) for count in sorted(units)]
        assert all(less <= more for less, more in pairwise(totals))


@given(LINEAR, some_use(), st.integers(0, 1_000))
def test_a_use_of_more_never_costs_less(price: LinearPrice, use: Use, more: int) -> None:
    before = use.quantities
    larger = Quantities(
        units=before.units + more,
        input_tokens=before.input_tokens + more,
        llm_tokens=before.llm_tokens + more,
        output_tokens=before.output_tokens + more,
    )
    assert price_nanos(price, use) <= price_nanos(price, Use(larger, use.model))


@given(st.builds(PerUnit, st.builds(Money, SMALL_NANOS, st.just("USD"))), UNITS, UNITS)
def test_a_price_for_each_unit_adds_up_exactly(price: PerUnit, one: int, other: int) -> None:
    parts = [price_nanos(price, Use(Quantities(units=units))) for units in (one, other)]
    assert sum(parts) == price_nanos(price, Use(Quantities(units=one + other)))


@given(LINEAR | st.builds(CostPlus, LINEAR, DISCOUNTS, st.builds(Money, SMALL_NANOS, st.just("USD"))), some_use())
def test_the_parts_of_a_use_are_each_within_half_a_nano_of_their_exact_share(
    price: LinearPrice | CostPlus, use: Use
) -> None:
    whole = Fraction(*price.exact(use))
    for part in range(4):
        use.part, use.whole = part, 3
        assert abs(price_nanos(price, use) - whole * part / 3) <= Fraction(1, 2)


@given(ANY_PRICE, some_use(), DISCOUNTS, DISCOUNTS)
def test_a_larger_discount_never_raises_what_is_paid(price: PriceModel, use: Use, one: int, other: int) -> None:
    if isinstance(price, Graduated | Package):
        use.units_before = 0  # totals are rounded: what a use adds to one may be a nano more or less than its own price
    less, more = sorted((one, other))
    paid: list[int] = []
    for discount in (0, less, more, 10_000):
        use.discount_basis_points = discount
        paid.append(price_nanos(price, use))
    assert paid == sorted(paid, reverse=True)
    assert paid[-1] == 0


@given(matrices("USD", SMALL_NANOS), some_use())
def test_a_matrix_costs_what_one_of_its_cells_costs(price: Matrix, use: Use) -> None:
    cells = [*price.cells.values(), price.default]
    assert price.cell(use) in cells
    assert price_nanos(price, use) == price_nanos(price.cell(use), use)


@given(CUMULATIVE, SPLITS, DISCOUNTS, SMALL_NANOS, SMALL_NANOS)
def test_the_maximum_is_never_passed_and_the_minimum_reached_in_the_end(
    price: CumulativePrice, split: list[int], discount: int, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    terms = FeatureTerms(None, price, Beyond.OVERAGE, Money(low, "USD"), Money(high, "USD"))
    charged = uses_of(price, split, discount, high)
    assert max(sum(charged[:count]) for count in range(len(charged) + 1)) <= high
    in_the_end = sum(charged) + true_up(terms, sum(split), sum(charged), discount_basis_points=discount)
    assert in_the_end == min(max(cumulative_nanos(price, sum(split), discount), low), high)


@given(SMALL_NANOS, SMALL_NANOS)
def test_a_minimum_is_due_without_any_use(spent: int, minimum: int) -> None:
    terms = FeatureTerms(None, PerUnit(Money(1, "USD")), Beyond.OVERAGE, minimum=Money(minimum, "USD"))
    assert true_up(terms, 0, 0) == minimum
    assert true_up(terms, 9, spent) == max(minimum - spent, 0)
