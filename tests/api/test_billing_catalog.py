"""What is sold and what the organization's plan grants: plans for everybody, features for who asks with a key."""

from dataclasses import replace
from typing import Any

import pytest

from billing_core.domain.plans import Beyond, Discount, FeatureTerms
from billing_core.domain.prices import PerUnit
from tests.api.conftest import Api
from tests.builders import plan_terms, usd
from tests.product import Product

PLANS = ("/api/v1/billing/plans", "/api/subscription/plans")
FEATURES = "/api/v1/billing/features"


TERMS = replace(plan_terms(PerUnit(usd("2")), included=7), seats_max=1)


def by_code(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["code"]: item for item in items}


@pytest.mark.parametrize("path", PLANS)
def test_everybody_may_read_the_plans_on_sale_without_a_key(api: Api, path: str) -> None:
    answer = api.as_(None).get(path)
    assert answer.status_code == 200
    assert [plan["code"] for plan in answer.json()["data"]] == ["free", "starter", "professional", "enterprise", "team"]


def test_a_plan_has_the_prices_of_the_document_and_its_seats_and_limits(api: Api) -> None:
    plans = by_code(api.get(PLANS[0]).json()["data"])
    assert plans["starter"]["prices"] == [
        {"interval": "month", "amount": "29.00", "currency": "USD"},
        {"interval": "year", "amount": "290.00", "currency": "USD"},
    ]
    assert plans["team"]["seats"] == {"included": 5, "max": None, "price": {"amount": "19.99", "currency": "USD"}}
    assert [price["interval"] for price in plans["team"]["prices"]] == ["month"]
    limits = {code: by_code(plan["allowances"])["calls"]["quantity"] for code, plan in plans.items()}
    assert limits == {"free": 1000, "starter": 10_000, "professional": 100_000, "enterprise": None, "team": 50_000}
    assert plans["starter"]["credits_per_month"] == "500.00"


def test_a_feature_of_a_plan_has_its_price_in_words_and_as_data(api: Api) -> None:
    starter = by_code(api.get(PLANS[0]).json()["data"])["starter"]
    feature = by_code(starter["features"])["ai_response"]
    assert (feature["price_words"], feature["allowance"], feature["beyond"]) == (
        "$0.05 / response",
        "ai_responses",
        "credits",
    )
    assert feature["price"] == {"kind": "per_unit", "currency": "USD", "amount": "0.05", "per_units": 1}


def test_plans_come_in_pages(api: Api) -> None:
    first = api.get(PLANS[0], params={"limit": 2}).json()
    rest = api.get(PLANS[0], params={"cursor": first["next_cursor"]}).json()
    assert [plan["code"] for plan in first["data"] + rest["data"]][1:3] == ["starter", "professional"]
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 3, None)


def test_a_plan_that_is_no_longer_offered_is_not_listed(api: Api, product: Product) -> None:
    with product.write() as uow:
        uow.catalog.save_plans([replace(uow.catalog.plan("team"), is_active=False)], product.clock.now())
    assert "team" not in by_code(api.get(PLANS[0]).json()["data"])


@pytest.mark.parametrize("path", [PLANS[1], FEATURES])
def test_what_has_not_changed_is_not_sent_again(api: Api, path: str) -> None:
    first = api.get(path)
    again = api.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_version_of_a_plan_has_another_etag(api: Api, product: Product) -> None:
    before = api.get(PLANS[0]).headers["etag"]
    product.plan(TERMS)
    after = api.get(PLANS[0])
    assert after.headers["etag"] != before
    free = by_code(after.json()["data"])["free"]
    assert (free["version"], by_code(free["allowances"])["calls"]["quantity"]) == (2, 7)


def test_visitors_are_counted_and_a_wrong_key_is_still_refused(api: Api) -> None:
    assert "ratelimit" in api.as_(None).get(PLANS[0]).headers
    assert api.as_("tbk_wrong").get(PLANS[0]).status_code == 401


def test_features_are_those_of_the_plan_the_organization_holds(api: Api, product: Product, northwind: str) -> None:
    product.plan(TERMS)  # for whoever subscribes from now on
    answer = api.get(FEATURES).json()
    assert (answer["plan"], answer["plan_version"]) == ("free", 1)
    features = by_code(answer["data"])
    assert (len(features), answer["currency"]) == (15, "USD")
    assert features["ai_response"]["price"] is None
    assert features["generate_content"]["price_words"] == "10 credits / action"
    assert {feature["discount_percent"] for feature in features.values()} == {"0"}


def test_a_discount_of_the_organization_is_told_with_each_feature(api: Api, product: Product) -> None:
    search = FeatureTerms(None, PerUnit(usd("1")), Beyond.CREDITS)
    education = Discount("Education", 1_250, frozenset({"chat"}))
    features = {**TERMS.features, "search": search}
    product.plan(replace(TERMS, features=features, discounts={"education": education}))
    school = product.organization("School")
    product.discount(school, "education")
    found = by_code(api.as_(api.key(school)).get(FEATURES).json()["data"])
    assert {code: item["discount_percent"] for code, item in found.items()} == {"chat": "12.5", "search": "0"}


def test_credits_are_worth_what_the_plan_says(api: Api) -> None:
    value = by_code(api.get(PLANS[0]).json()["data"])["free"]["credit_value"]
    assert value == {"amount": "0.10", "currency": "USD"}
