"""Differences between versions of a plan, in the words of the screen."""

from typing import Any

import pytest

from billing_core.domain.catalog import Feature
from billing_core.domain.money import Money
from billing_core.domain.plan_diff import Change, plan_diff
from billing_core.domain.price_words import exact_money
from tests.catalog_house import some_terms


def a_feature(code: str, name: str, unit: str = "call", size: int = 1) -> Feature:
    return Feature(
        code=code,
        name=name,
        description=".",
        unit="byte" if size > 1 else unit,
        display_unit=unit,
        units_per_display_unit=size,
        aggregation="max" if size > 1 else "sum",
        is_active=True,
    )


FEATURES = {
    item.code: item
    for item in (
        a_feature("chat", "Chat"),
        a_feature("completion", "Completion"),
        a_feature("search", "Search"),
        a_feature("storage", "Storage", "GB", 10**9),
    )
}


def by_token(**rates: tuple[str, str]) -> dict[str, Any]:
    kinds = {model.replace("_", "-"): {"input": cost, "output": out} for model, (cost, out) in rates.items()}
    return {"kind": "per_token", "rates": {"*": {"input": "6", "output": "18"}} | kinds}


def granting(*codes: str, price: dict[str, Any], beyond: str = "overage") -> dict[str, Any]:
    return {code: {"allowance": "calls", "beyond": beyond, "price": price} for code in codes}


def diff(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    return plan_diff(some_terms(**old), some_terms(**new), FEATURES)


def test_equal_terms_have_no_differences() -> None:
    assert diff({}, {}) == []


def test_a_price_is_told_with_its_period() -> None:
    assert diff({}, {"price_month": "59"}) == [Change("Price", "Base price", "$49.00 / month", "$59.00 / month")]


def test_a_yearly_price_of_zero_is_not_the_same_as_none() -> None:
    assert diff({}, {"price_year": "0"}) == [Change("Price", "Yearly price", None, "$0.00 / year")]
    assert diff({"price_year": "0"}, {}) == [Change("Price", "Yearly price", "$0.00 / year", None)]


def test_seats_and_credits_have_their_groups() -> None:
    changes = diff({}, {"seats_max": "unlimited", "seat_price": "19.99", "credits_per_month": "1000"})
    assert changes == [
        Change("Seats", "Seats at most", "5", "unlimited"),
        Change("Seats", "Each further seat", None, "$19.99 / month"),
        Change("Allowance", "Credits a month", "0 credits", "1,000 credits"),
    ]


def test_an_allowance_is_shown_in_the_unit_of_its_feature() -> None:
    def of(quantity: object) -> dict[str, Any]:
        return {
            "allowances": {"storage": {"name": "Storage", "quantity": quantity, "aggregation": "max"}},
            "features": {"storage": {"allowance": "storage", "beyond": "stop"}},
        }

    assert diff(of(10**9), of(2_500_000_000)) == [Change("Allowance", "Storage", "1 GB", "2.5 GB")]
    assert diff(of(10**9), of("unlimited")) == [Change("Allowance", "Storage", "1 GB", "unlimited")]


def test_an_added_feature_says_what_it_comes_with() -> None:
    more = {"features": granting("chat", "search", price={"kind": "per_unit", "amount": "0.01"})}
    assert diff({}, more) == [Change("Features", "Search", None, "from AI calls, then $0.01 / call")]
    assert diff(more, {}) == [Change("Features", "Search", "from AI calls, then $0.01 / call", None)]


def test_features_that_change_alike_are_one_line() -> None:
    price = {"kind": "per_unit", "currency": "CREDITS", "amount": "1"}
    old = {"features": granting("chat", "completion", "search", price=price)}
    new = {"features": granting("chat", "completion", "search", price=price, beyond="credits")}
    assert diff(old, new) == [
        Change("Features", "Chat and 2 others: beyond the allowance", "Charge as used", "Draw from credits")
    ]


def test_a_unit_price_names_its_unit() -> None:
    old = {"features": granting("chat", price={"kind": "per_unit", "currency": "CREDITS", "amount": "1"})}
    new = {"features": granting("chat", price={"kind": "per_unit", "amount": "0.0125", "per_units": 1000})}
    assert diff(old, new) == [Change("Features", "Chat: price", "1 credit / call", "$0.0125 / 1,000 calls")]


def test_a_rate_shared_by_features_is_told_once() -> None:
    old = {"features": granting("chat", "search", price=by_token(gpt_4=("36", "72")))}
    new = {"features": granting("chat", "search", price=by_token(gpt_4=("36", "66.5")))}
    assert diff(old, new) == [Change("Rates per 1M tokens", "gpt-4 output", "$72.00", "$66.50")]


def test_a_rate_that_only_some_features_change_names_them() -> None:
    price = by_token(gpt_4=("36", "72"))
    old = {"features": granting("chat", "search", price=price)}
    new = {"features": granting("chat", price=by_token(gpt_4=("40", "72"))) | granting("search", price=price)}
    assert diff(old, new) == [Change("Rates per 1M tokens", "gpt-4 input (Chat)", "$36.00", "$40.00")]


def test_a_model_with_new_rates_is_added_and_the_rest_is_called_other_models() -> None:
    old = {"features": granting("chat", price=by_token())}
    new = {"features": granting("chat", price=by_token(gpt_5=("1.5", "12")))}
    new["features"]["chat"]["price"]["rates"]["*"]["input"] = "7"
    assert diff(old, new) == [
        Change("Rates per 1M tokens", "other models input", "$6.00", "$7.00"),
        Change("Rates per 1M tokens", "gpt-5 input", None, "$1.50"),
        Change("Rates per 1M tokens", "gpt-5 output", None, "$12.00"),
    ]


def chat_price(price: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"features": {"chat": {"allowance": "calls", "beyond": "overage", "price": price, **more}}}


UNIT = {"kind": "per_unit", "amount": "0.01"}
TIERS = [{"up_to": 1000, "amount": "0.02"}, {"up_to": "unlimited", "amount": "0.01", "fee": "5"}]


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (
            {"kind": "graduated", "tiers": TIERS},
            "up to 1,000: $0.02 / call; above: $5.00 + $0.01 / call",
        ),
        ({"kind": "graduated", "per_units": 100, "tiers": TIERS[1:]}, "$5.00 + $0.01 / 100 calls"),
        (
            {"kind": "volume", "tiers": TIERS},
            "all at the tier reached: up to 1,000: $0.02 / call; above: $5.00 + $0.01 / call",
        ),
        ({"kind": "package", "currency": "CREDITS", "amount": "5", "size": 100}, "5 credits for every 100 calls begun"),
        (
            {"kind": "cost_plus", "markup_percent": "12.5", "fixed": "0.001", "fallback": UNIT},
            "provider cost + 12.5% + $0.001 / use; where that is not known $0.01 / call",
        ),
    ],
)
def test_every_kind_of_price_is_told_in_a_line(price: dict[str, Any], words: str) -> None:
    assert diff(chat_price(UNIT), chat_price(price)) == [Change("Features", "Chat: price", "$0.01 / call", words)]


def by_region(eu: str, default: dict[str, Any] = UNIT) -> dict[str, Any]:
    cells = [
        {"when": {"service_tier": "batch", "region": "eu"}, "price": {"kind": "per_unit", "amount": eu}},
        {"when": {"region": "eu"}, "price": by_token(gpt_4=(eu, "72"))},
    ]
    return {"kind": "matrix", "dimensions": ["service_tier", "region"], "cells": cells, "default": default}


def test_a_matrix_is_told_cell_by_cell() -> None:
    assert diff(chat_price(by_region("0.05")), chat_price(by_region("0.06", UNIT | {"amount": "0.02"}))) == [
        Change("Features", "Chat: price for service tier batch, region eu", "$0.05 / call", "$0.06 / call"),
        Change("Features", "Chat: price for anything else", "$0.01 / call", "$0.02 / call"),
        Change("Rates per 1M tokens", "gpt-4 input, region eu", "$0.05", "$0.06"),
    ]


def test_what_becomes_a_matrix_names_its_dimensions() -> None:
    changes = diff(chat_price(UNIT), chat_price(by_region("0.05")))
    assert changes[0] == Change("Features", "Chat: price", "$0.01 / call", "by service tier and region")


def test_bounds_of_a_period_are_told() -> None:
    assert diff(chat_price(UNIT, minimum="10"), chat_price(UNIT, minimum="12", maximum="100")) == [
        Change("Features", "Chat: at least in a period", "$10.00", "$12.00"),
        Change("Features", "Chat: at most in a period", None, "$100.00"),
    ]


def test_discounts_and_late_usage_are_told_with_the_price() -> None:
    old = {"discounts": {"edu": {"name": "Education", "percent": "50"}}}
    new = {
        "discounts": {"contract": {"name": "Contract", "percent": "12.5", "features": ["chat"]}},
        "late_usage": "reject",
        "late_usage_days": 1,
    }
    assert diff(old, new) == [
        Change("Price", "Discount, Education", "50% off all usage", None),
        Change("Price", "Discount, Contract", None, "12.5% off Chat"),
        Change("Price", "Usage reported late", "counts in its own period", "refused after 1 day"),
    ]


def test_amounts_keep_every_digit_and_group_thousands() -> None:
    assert exact_money(Money.parse("1234567.125", "USD")) == "$1,234,567.125"
    assert exact_money(Money.parse("5", "CHF")) == "5.00 CHF"
    assert exact_money(Money.parse("1", "CREDITS")) == "1 credit"
