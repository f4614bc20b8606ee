"""Terms as documents: the same terms come back, and what cannot be is refused by its field."""

import json
from typing import Any

import pytest
from hypothesis import given

from billing_core.domain.errors import InvalidInput
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import Discount, PlanTerms
from billing_core.domain.prices import (
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
    Volume,
)
from tests.builders import credits, usd
from tests.catalog_house import some_terms
from tests.price_strategies import plan_terms

# Documents as versions were stored before plans knew more kinds of prices, discounts and late usage.
STORED = {
    "currency": "USD",
    "price_month": "49.00",
    "price_year": None,
    "seats_included": 5,
    "seats_max": 5,
    "seat_price": None,
    "trial_days": 0,
    "credits_per_month": "0.00",
    "credit_value": "0.10",
    "allowances": {"calls": {"name": "AI calls", "quantity": 1000, "measure": "units", "aggregation": "sum"}},
    "features": {
        "chat": {
            "allowance": "calls",
            "price": {"kind": "per_unit", "currency": "USD", "amount": "0.01", "per_units": 1},
            "beyond": "overage",
        },
        "search": {
            "allowance": None,
            "price": {
                "kind": "per_token",
                "currency": "USD",
                "rates": {"gpt-4": {"input": "36.00", "output": "72.00"}, "*": {"input": "6.00", "output": "18.00"}},
            },
            "beyond": "credits",
        },
        "storage": {"allowance": "calls", "price": None, "beyond": "stop"},
        "image": {
            "allowance": None,
            "price": {"kind": "flat", "currency": "CREDITS", "amount": "2.00"},
            "beyond": "overage",
        },
    },
}


@given(plan_terms())
def test_terms_written_and_read_again_are_the_same(given_terms: PlanTerms) -> None:
    stored = json.dumps(terms_to_document(given_terms), sort_keys=True)
    assert terms_from_document(json.loads(stored)) == given_terms


def test_documents_that_are_stored_stay_as_they_are_to_the_byte() -> None:
    assert json.dumps(terms_to_document(terms_from_document(STORED))) == json.dumps(STORED)


def priced(price: Any, **more: Any) -> dict[str, Any]:
    return {"features": {"chat": {"beyond": "overage", "price": price, **more}}}


TIERS = [{"up_to": 1000, "amount": "0.02"}, {"up_to": "unlimited", "amount": "0.01", "fee": "5"}]
BY_REGION: dict[str, Any] = {
    "kind": "matrix",
    "dimensions": ["model", "region"],
    "cells": [
        {"when": {"model": "gpt-4", "region": "eu"}, "price": {"kind": "per_unit", "amount": "0.05"}},
        {"when": {"region": "eu"}, "price": {"kind": "flat", "amount": "0.03"}},
    ],
    "default": {"kind": "cost_plus", "markup_percent": "20", "fallback": {"kind": "flat", "amount": "0.02"}},
}
COST_PLUS = {
    "kind": "cost_plus",
    "markup_percent": "12.5",
    "fixed": "0.001",
    "fallback": {"kind": "per_token", "rates": {"*": {"input": "6", "output": "18"}}},
}


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (
            {"kind": "graduated", "tiers": TIERS},
            Graduated("USD", [Tier(1000, 20_000_000), Tier(None, 10_000_000, 5_000_000_000)]),
        ),
        (
            {"kind": "volume", "currency": "CREDITS", "per_units": 10, "tiers": [{"from": 1, **TIERS[1]}]},
            Volume("CREDITS", [Tier(None, 10_000_000, 5_000_000_000)], 10),
        ),
        ({"kind": "package", "amount": "5", "size": 100}, Package(usd("5"), 100)),
        (
            COST_PLUS,
            CostPlus(PerToken("USD", {"*": TokenRates(6 * 10**9, 18 * 10**9)}), 1_250, usd("0.001")),
        ),
        (
            BY_REGION,
            Matrix(
                ("model", "region"),
                {("gpt-4", "eu"): PerUnit(usd("0.05")), (None, "eu"): Flat(usd("0.03"))},
                CostPlus(Flat(usd("0.02")), 2_000, usd("0")),
            ),
        ),
    ],
)
def test_each_kind_of_price_is_written_in_its_own_way(written: dict[str, Any], means: PriceModel) -> None:
    assert some_terms(**priced(written)).features["chat"].price == means


def test_minimum_maximum_discounts_and_late_usage_are_read() -> None:
    terms = some_terms(
        **priced({"kind": "per_unit", "currency": "CREDITS", "amount": "1"}, minimum="10", maximum="100"),
        discounts={
            "education": {"name": "Education", "percent": "50"},
            "contract": {"name": "Contract", "percent": 12, "features": ["chat"]},
        },
        late_usage="reject",
        late_usage_days=10,
    )
    assert (terms.features["chat"].minimum, terms.features["chat"].maximum) == (credits("10"), credits("100"))
    assert terms.discounts == {
        "education": Discount("Education", 5_000),
        "contract": Discount("Contract", 1_200, frozenset({"chat"})),
    }
    assert (terms.late_usage, terms.late_usage_days) == ("reject", 10)


def test_a_discount_holds_for_its_features_and_for_who_has_it() -> None:
    discounts = {"contract": {"name": "Contract", "percent": "12.5", "features": ["chat"]}}
    terms = some_terms(discounts=discounts)
    assert terms.discount_basis_points("contract", "chat") == 1_250
    assert terms.discount_basis_points("contract", "search") == 0
    assert terms.discount_basis_points(None, "chat") == 0
    with pytest.raises(InvalidInput, match="it has: contract"):
        terms.discount("education")


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
        (priced({"kind": "graduated", "tiers": []}), "features.chat.price.tiers", "at least one entry"),
        (
            priced({"kind": "graduated", "tiers": [TIERS[0], TIERS[1] | {"from": 1_500}]}),
            "features.chat.price.tiers[1].from",
            "units 1001 to 1499 would have no price",
        ),
        (
            priced({"kind": "volume", "tiers": [TIERS[0], TIERS[0], TIERS[1]]}),
            "features.chat.price.tiers[1].up_to",
            "Tier 2 ends at 1000 and tier 1 at 1000",
        ),
        (
            priced({"kind": "volume", "tiers": [TIERS[0]]}),
            "features.chat.price.tiers[0].up_to",
            "units from 1001 on would have no price",
        ),
        (
            priced({"kind": "graduated", "tiers": [{"up_to": 5, "amount": "1", "flat": "1"}]}),
            "features.chat.price.tiers[0].flat",
            "Allowed: from, up_to, amount, fee",
        ),
        (priced({"kind": "package", "amount": "1", "size": 0}), "features.chat.price.size", "from 1 to"),
        (priced(COST_PLUS | {"markup_percent": "1.234"}), "features.chat.price.markup_percent", "two decimals"),
        (priced(COST_PLUS | {"markup_percent": "-1"}), "features.chat.price.markup_percent", "from 0 to 100000"),
        (priced(COST_PLUS | {"fallback": None}), "features.chat.price.fallback", "is missing"),
        (
            priced(COST_PLUS | {"fallback": {"kind": "flat", "currency": "CREDITS", "amount": "1"}}),
            "features.chat.price.currency",
            "in money, not in credits",
        ),
        (priced(BY_REGION | {"dimensions": ["model", "model"]}), "features.chat.price.dimensions", "different names"),
        (
            priced(BY_REGION | {"dimensions": ["model", "zone"]}),
            "features.chat.price.cells[0].when.region",
            "Allowed: model, zone",
        ),
        (
            priced(BY_REGION | {"cells": [BY_REGION["cells"][1]] * 2}),
            "features.chat.price.cells[1].when",
            "is there twice",
        ),
        (
            priced(BY_REGION | {"default": {"kind": "graduated", "tiers": TIERS}}),
            "features.chat.price.default.kind",
            "one of flat, per_unit, per_token, cost_plus",
        ),
        (
            priced(BY_REGION | {"default": {"kind": "flat", "currency": "CREDITS", "amount": "1"}}),
            "features.chat.price.cells[0].price",
            "use one currency",
        ),
        (
            {
                "allowances": {"calls": {"name": "Tokens", "quantity": 1, "measure": "tokens"}},
                **priced({"kind": "graduated", "tiers": TIERS}, allowance="calls"),
            },
            "features.chat.price",
            "Tokens counts tokens",
        ),
        (
            priced({"kind": "flat", "amount": "1"}, minimum="10", maximum="9"),
            "features.chat.maximum",
            "9.00 USD is less than the minimum 10.00 USD",
        ),
        (
            {"features": {"chat": {"allowance": "calls", "beyond": "stop", "minimum": "1"}}},
            "features.chat.minimum",
            "without a price",
        ),
        ({"discounts": {"e": {"name": "E", "percent": "0"}}}, "discounts.e.percent", "from 0.01 to 100"),
        ({"discounts": {"e": {"name": "E", "percent": "100.01"}}}, "discounts.e.percent", "from 0.01 to 100"),
        ({"discounts": {"e": {"name": "E", "percent": True}}}, "discounts.e.percent", "from 0.01 to 100"),
        (
            {"discounts": {"e": {"name": "E", "percent": "5", "features": ["cat"]}}},
            "discounts.e.features",
            "no feature 'cat'",
        ),
        (
            {"discounts": {"e": {"name": "E", "percent": "5", "features": []}}},
            "discounts.e.features",
            "at least one",
        ),
        ({"late_usage": "refuse"}, "late_usage", "closed_period, this_period, reject"),
        ({"late_usage_days": 400}, "late_usage_days", "from 0 to 366"),
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
