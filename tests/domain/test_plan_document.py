"""Terms as documents: the same terms come back, and what cannot be is refused by its field."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, NANOS_MAX, Money
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import Allowance, Beyond, FeatureTerms, PlanTerms
from billing_core.domain.prices import Flat, PerToken, PerUnit, PriceModel, TokenRates
from tests.catalog_house import some_terms

nanos = st.integers(0, NANOS_MAX)
names = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=20)
currencies = st.sampled_from(["USD", CREDITS])
rates = st.builds(TokenRates, nanos, nanos, *[st.none() | nanos] * 4)


@st.composite
def token_prices(draw: st.DrawFn) -> PerToken:
    return PerToken(draw(currencies), draw(st.dictionaries(names, rates, max_size=3)) | {"*": draw(rates)})


prices: st.SearchStrategy[PriceModel] = st.one_of(
    st.builds(Flat, st.builds(Money, nanos, currencies)),
    st.builds(PerUnit, st.builds(Money, nanos, currencies), st.integers(1, 10**12)),
    token_prices(),
)
quantities = st.none() | st.integers(0, 10**12)
allowances = st.builds(
    Allowance, names, quantities, st.sampled_from(["units", "tokens"]), st.sampled_from(["sum", "max"])
)


@st.composite
def features(draw: st.DrawFn, allowance_names: list[str]) -> FeatureTerms:
    price = draw(st.none() | prices)
    allowance = draw(st.sampled_from([None, *allowance_names]))
    choices = [Beyond.STOP] if allowance else []
    if price is not None:
        choices += [Beyond.CREDITS, Beyond.OVERAGE]
    if not choices:
        return FeatureTerms(None, Flat(Money.zero("USD")), Beyond.OVERAGE)
    return FeatureTerms(allowance, price, draw(st.sampled_from(choices)))


@st.composite
def terms(draw: st.DrawFn) -> PlanTerms:
    dollars = st.builds(Money, nanos, st.just("USD"))
    granted = draw(st.dictionaries(names, allowances, max_size=3))
    included = draw(st.integers(1, 1000))
    return PlanTerms(
        currency="USD",
        price_month=draw(dollars),
        price_year=draw(st.none() | dollars),
        seats_included=included,
        seats_max=draw(st.none() | st.integers(included, 10**6)),
        seat_price=draw(dollars),
        trial_days=draw(st.integers(0, 730)),
        credits_per_month=Money(draw(nanos), CREDITS),
        credit_value=Money(draw(st.integers(1, NANOS_MAX)), "USD"),
        allowances=granted,
        features=draw(st.dictionaries(names, features(list(granted)), max_size=4)),
    )


@given(terms())
def test_terms_written_and_read_again_are_the_same(given_terms: PlanTerms) -> None:
    stored = json.dumps(terms_to_document(given_terms), sort_keys=True)
    assert terms_from_document(json.loads(stored)) == given_terms


def test_a_price_of_zero_is_written_and_a_missing_one_is_not() -> None:
    assert terms_to_document(some_terms(price_year="0"))["price_year"] == "0.00"
    assert terms_to_document(some_terms())["price_year"] is None


def test_amounts_and_rates_are_written_as_exact_decimals() -> None:
    price = {"kind": "per_token", "rates": {"*": {"input": "0.000000001", "output": "72"}}}
    document = terms_to_document(some_terms(features={"chat": {"price": price, "beyond": "overage"}}))
    assert document["price_month"] == "49.00"
    assert document["features"]["chat"]["price"]["rates"]["*"] == {"input": "0.000000001", "output": "72.00"}


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"price_month": "-1"}, "price_month", "zero or more"),
        ({"price_month": None}, "price_month", "is missing"),
        ({"prize": "1"}, "prize", "price_month"),
        ({"credit_value": "0"}, "credit_value", "more than zero"),
        ({"seats_max": 3}, "seats_max", "fewer than the 5 seats included"),
        ({"seats_max": "unlimited"}, "seat_price", "what a seat beyond the 5 included costs"),
        ({"trial_days": 1000}, "trial_days", "from 0 to 730"),
        ({"features": {"chat": {"beyond": "overage"}}}, "features.chat.price", "must stop"),
        ({"features": {"chat": {"allowance": "cals", "beyond": "stop"}}}, "features.chat.allowance", "it has: calls"),
        ({"features": {"chat": {"beyond": "stopp"}}}, "features.chat.beyond", "Did you mean stop?"),
        (
            {"features": {"chat": {"beyond": "overage", "price": {"kind": "per_tokens"}}}},
            "features.chat.price.kind",
            "Did you mean per_token?",
        ),
        (
            {"features": {"chat": {"beyond": "overage", "price": {"kind": "flat", "amount": "1", "rates": {}}}}},
            "features.chat.price.rates",
            "Allowed: kind, currency, amount",
        ),
        (
            {"features": {"chat": {"beyond": "overage", "price": {"kind": "per_token", "rates": {}}}}},
            "features.chat.price.rates",
            "no entry for '*'",
        ),
        (
            {"features": {"chat": {"beyond": "overage", "price": {"kind": "flat", "currency": "EUR", "amount": "1"}}}},
            "features.chat.price",
            "must be in USD or CREDITS",
        ),
        ({"features": {"chat": {"beyond": "overage", "price": "0.01"}}}, "features.chat.price", "a mapping"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_their_field(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        some_terms(**changed)
    assert refused.value.field == field
    assert says in refused.value.message


def test_every_problem_of_a_document_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        some_terms(price_month="free", trial_days="-1")
    assert "price_month" in refused.value.message
    assert "trial_days" in refused.value.message
