"""Differences between versions of a plan, in the words of the screen."""

from typing import Any

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


def test_amounts_keep_every_digit_and_group_thousands() -> None:
    assert exact_money(Money.parse("1234567.125", "USD")) == "$1,234,567.125"
    assert exact_money(Money.parse("5", "CHF")) == "5.00 CHF"
    assert exact_money(Money.parse("1", "CREDITS")) == "1 credit"
