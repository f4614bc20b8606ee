"""Prices and terms of every kind, for the laws that hold for all of them."""

from hypothesis import strategies as st

from billing_core.domain.money import CREDITS, NANOS_MAX, Money
from billing_core.domain.plans import Allowance, Beyond, Discount, FeatureTerms, PlanTerms
from billing_core.domain.prices import (
    CellPrice,
    CostPlus,
    CumulativePrice,
    Flat,
    Graduated,
    LinearPrice,
    Matrix,
    Package,
    PerToken,
    PerUnit,
    PriceModel,
    Tier,
    TokenRates,
    Volume,
    is_cumulative,
)

NANOS = st.integers(0, NANOS_MAX)
SMALL_NANOS = st.integers(0, 10**12)
NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=20)
CURRENCIES = st.sampled_from(["USD", CREDITS])


def linear_prices(currency: str, nanos: st.SearchStrategy[int] = NANOS) -> st.SearchStrategy[LinearPrice]:
    amounts = st.builds(Money, nanos, st.just(currency))
    rates = st.builds(TokenRates, nanos, nanos, *[st.none() | nanos] * 4)
    tables = st.dictionaries(NAMES, rates, max_size=3)
    return st.one_of(
        st.builds(Flat, amounts),
        st.builds(PerUnit, amounts, st.integers(1, 10**12)),
        st.builds(lambda table, rest: PerToken(currency, table | {"*": rest}), tables, rates),
    )


def cell_prices(currency: str, nanos: st.SearchStrategy[int] = NANOS) -> st.SearchStrategy[CellPrice]:
    linear = linear_prices(currency, nanos)
    if currency == CREDITS:
        return linear
    fixed = st.builds(Money, nanos, st.just(currency))
    return linear | st.builds(CostPlus, linear, st.integers(0, 10**6), fixed)


@st.composite
def tiers(draw: st.DrawFn, nanos: st.SearchStrategy[int] = NANOS, units_most: int = 10**12) -> list[Tier]:
    ends = sorted(draw(st.sets(st.integers(1, units_most), max_size=4)))
    return [Tier(end, draw(nanos), draw(nanos)) for end in (*ends, None)]


def cumulative_prices(
    currency: str, nanos: st.SearchStrategy[int] = NANOS, units_most: int = 10**12
) -> st.SearchStrategy[CumulativePrice]:
    sizes = st.integers(1, units_most)
    tables = tiers(nanos, units_most)
    return st.one_of(
        st.builds(Graduated, st.just(currency), tables, sizes),
        st.builds(Volume, st.just(currency), tables, sizes),
        st.builds(Package, st.builds(Money, nanos, st.just(currency)), sizes),
    )


@st.composite
def matrices(draw: st.DrawFn, currency: str, nanos: st.SearchStrategy[int] = NANOS) -> Matrix:
    dimensions = ("model", *draw(st.lists(NAMES, max_size=2, unique=True).filter(lambda names: "model" not in names)))
    places = st.tuples(*[st.none() | NAMES] * len(dimensions)).filter(any)
    cells = draw(st.dictionaries(places, cell_prices(currency, nanos), min_size=1, max_size=3))
    return Matrix(dimensions, cells, draw(cell_prices(currency, nanos)))


@st.composite
def prices(draw: st.DrawFn) -> PriceModel:
    """A price of any kind."""
    currency = draw(CURRENCIES)
    return draw(cell_prices(currency) | cumulative_prices(currency) | matrices(currency))


ALLOWANCES = st.builds(
    Allowance,
    NAMES,
    st.none() | st.integers(0, 10**12),
    st.sampled_from(["units", "tokens"]),
    st.sampled_from(["sum", "max"]),
)


@st.composite
def feature_terms(draw: st.DrawFn, allowances: dict[str, Allowance]) -> FeatureTerms:
    price = draw(st.none() | prices())
    allowance = draw(st.sampled_from([None, *allowances]))
    if price is not None and is_cumulative(price) and allowance and allowances[allowance].measure == "tokens":
        allowance = None
    if price is None:
        return FeatureTerms(allowance, None, Beyond.STOP) if allowance else FeatureTerms(None, *_FREE)
    low, high = sorted(draw(st.tuples(NANOS, NANOS)))
    choices = [Beyond.CREDITS, Beyond.OVERAGE, *([Beyond.STOP] if allowance else [])]
    return FeatureTerms(
        allowance,
        price,
        draw(st.sampled_from(choices)),
        draw(st.none() | st.just(Money(low, price.currency))),
        draw(st.none() | st.just(Money(high, price.currency))),
    )


_FREE = (Flat(Money.zero("USD")), Beyond.OVERAGE)


@st.composite
def plan_terms(draw: st.DrawFn) -> PlanTerms:
    """Terms that can be."""
    dollars = st.builds(Money, NANOS, st.just("USD"))
    granted = draw(st.dictionaries(NAMES, ALLOWANCES, max_size=3))
    features = draw(st.dictionaries(NAMES, feature_terms(granted), max_size=4))
    some = st.none() if not features else st.none() | st.frozensets(st.sampled_from(sorted(features)), min_size=1)
    included = draw(st.integers(1, 1000))
    return PlanTerms(
        currency="USD",
        price_month=draw(dollars),
        price_year=draw(st.none() | dollars),
        seats_included=included,
        seats_max=draw(st.none() | st.integers(included, 10**6)),
        seat_price=draw(dollars),
        trial_days=draw(st.integers(0, 730)),
        credits_per_month=Money(draw(NANOS), CREDITS),
        credit_value=Money(draw(st.integers(1, NANOS_MAX)), "USD"),
        allowances=granted,
        features=features,
        discounts=draw(st.dictionaries(NAMES, st.builds(Discount, NAMES, st.integers(1, 10_000), some), max_size=2)),
        late_usage=draw(st.sampled_from(["closed_period", "this_period", "reject"])),
        late_usage_days=draw(st.integers(0, 366)),
        rollover_max=draw(st.none() | st.builds(Money, NANOS, st.just(CREDITS))),
    )
