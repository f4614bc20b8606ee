"""Components of tariffs over HTTP: every kind of price, versions, new features, what goes with a component."""

from typing import Any

import pytest

from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

COMPONENTS = "/api/v1/admin/tariffs/team/components"
TOKENS = {"kind": "per_token", "rates": {"gpt-4": {"input": 36.0, "output": 72}, "*": {"input": "6", "output": 18}}}
PRICES: list[dict[str, Any]] = [
    {"kind": "flat", "amount": 0.02},
    {"kind": "per_unit", "amount": "0.50", "per_units": 1000},
    {"kind": "per_unit", "amount": 3, "currency": "CREDITS"},
    TOKENS,
    {"kind": "graduated", "tiers": [{"up_to": 1000, "amount": 0.02}, {"up_to": "unlimited", "amount": 0.01, "fee": 5}]},
    {"kind": "volume", "tiers": [{"up_to": 1000, "amount": 0.02}, {"up_to": "unlimited", "amount": 0.01}]},
    {"kind": "package", "amount": 5, "size": 100},
    {"kind": "cost_plus", "markup_percent": 20, "fixed": 0.001, "fallback": TOKENS},
    {
        "kind": "matrix",
        "dimensions": ["model", "region"],
        "default": {"kind": "flat", "amount": 0.1},
        "cells": [{"when": {"region": "eu"}, "price": {"kind": "flat", "amount": 0.12}}],
    },
]
AGENT = {"code": "report_agent", "new_feature": {"name": "Report agent", "unit": "report"}}


@pytest.fixture
def admin(api: Api) -> Api:
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


@pytest.mark.parametrize("price", PRICES, ids=lambda price: str(price["kind"]))
def test_every_kind_of_price_can_be_sent_and_is_shown_as_it_was_sent(admin: Api, price: dict[str, Any]) -> None:
    sent = AGENT | {"price": price, "beyond": "overage", "minimum": "1.00", "maximum": 250}
    made = admin.post(COMPONENTS, json=sent)
    assert made.status_code == 201, made.text
    component = made.json()
    assert (component["version"], component["status"], component["beyond"]) == (2, "published", "overage")
    assert component["minimum"]["amount"] == "1.00"
    assert component["maximum"] == {"amount": "250.00", "currency": component["price"]["currency"]}
    again = admin.patch(f"{COMPONENTS}/report_agent", json={"price": component["price"]}).json()
    assert (again["version"], again["price"]) == (2, component["price"])
    assert admin.get(f"{COMPONENTS}/report_agent").json() == component


def test_a_use_of_a_component_costs_what_it_says(admin: Api, product: Product) -> None:
    admin.post(COMPONENTS, json=AGENT | {"allowance": {"quantity": 2}, "price": {"kind": "flat", "amount": 0.25}})
    organization_id = product.organization("Contoso Labs", "team")
    product.top_up(organization_id, "10")
    admin.as_(admin.key(organization_id))
    event = {"feature": "report_agent", "time": "2026-11-20T12:00:00Z"}
    answer = admin.post("/api/v1/events", json=[event | {"id": "a", "units": 2}, event | {"id": "b"}]).json()
    charges = [result["charge"] for result in answer["results"]]
    assert [(charge["included"], charge["price"], charge["balance"]) for charge in charges] == [
        (2, "0.00", "0.00"),
        (0, "0.25", "0.25"),
    ]


def test_a_changed_component_is_a_new_version_and_the_old_one_stays(admin: Api) -> None:
    admin.post(COMPONENTS, json=AGENT | {"price": {"kind": "flat", "amount": 1}})
    changed = admin.patch(f"{COMPONENTS}/report_agent", json={"allowance": {"quantity": 5}}).json()
    assert (changed["version"], changed["allowance"], changed["price"]["amount"]) == (3, "report_agent", "1.00")
    before = admin.get(f"{COMPONENTS}/report_agent", params={"version": 2}).json()
    assert before["allowance"] is None


def test_a_component_may_share_an_allowance_of_the_tariff(admin: Api) -> None:
    shared = admin.post(COMPONENTS, json=AGENT | {"allowance": "calls"})
    assert shared.json()["allowance"] == "calls"
    unknown = admin.patch(f"{COMPONENTS}/report_agent", json={"allowance": "callz"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "features.report_agent.allowance")


def test_an_allowance_of_its_own_goes_when_another_takes_its_place(admin: Api) -> None:
    admin.post(COMPONENTS, json=AGENT | {"allowance": {"quantity": 5}})
    assert admin.patch(f"{COMPONENTS}/report_agent", json={"allowance": "calls"}).json()["allowance"] == "calls"
    allowances = admin.get("/api/v1/admin/tariffs/team").json()["allowances"]
    assert "report_agent" not in [item["code"] for item in allowances]


def test_an_allowance_of_its_own_goes_with_the_component(admin: Api) -> None:
    admin.post(COMPONENTS, json=AGENT | {"allowance": {"name": "Reports", "quantity": 5}})
    assert "report_agent" in [item["code"] for item in admin.get("/api/v1/admin/tariffs/team").json()["allowances"]]
    assert admin.delete(f"{COMPONENTS}/report_agent").status_code == 204
    tariff = admin.get("/api/v1/admin/tariffs/team").json()
    assert "report_agent" not in [item["code"] for item in tariff["allowances"] + tariff["components"]]
    assert tariff["version"] == 3
    gone = admin.get(f"{COMPONENTS}/report_agent")
    assert (gone.status_code, gone.json()["field"]) == (404, "feature")


def test_a_component_is_added_to_a_draft_and_not_sold_before_it_is_published(admin: Api) -> None:
    price = {"price": {"kind": "flat", "amount": 1}}
    made = admin.post(COMPONENTS, json=AGENT | price, params={"publish": False}).json()
    assert (made["version"], made["status"]) == (2, "draft")
    assert admin.get(f"{COMPONENTS}/report_agent").status_code == 404
    assert admin.get(f"{COMPONENTS}/report_agent", params={"version": 2}).json() == made
    assert admin.delete(f"{COMPONENTS}/chat").json()["field"] == "publish"


def test_a_component_of_storage_counts_as_storage_does(admin: Api) -> None:
    admin.delete(f"{COMPONENTS}/storage")
    made = admin.post(COMPONENTS, json={"code": "storage", "allowance": {"quantity": 10**9}}).json()
    assert made["allowance"] == "storage"
    allowances = admin.get("/api/v1/admin/tariffs/team").json()["allowances"]
    assert [item["aggregation"] for item in allowances if item["code"] == "storage"] == ["max"]


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"code": "chat", "price": {"kind": "flat", "amount": 1}}, 409, "feature"),
        ({"code": "nothing", "price": {"kind": "flat", "amount": 1}}, 404, "feature"),
        (AGENT, 422, "features.report_agent.beyond"),
        (AGENT | {"price": {"kind": "flat", "amount": 1, "per": 2}}, 422, "features.report_agent.price.per"),
        (AGENT | {"price": {"kind": "flat", "amount": -1}}, 422, "features.report_agent.price.amount"),
        (AGENT | {"price": {"kind": "flat", "amount": 1, "currency": "EUR"}}, 422, "features.report_agent.price"),
        (AGENT | {"allowance": {"quantity": -1}}, 422, "allowance.quantity"),
        (AGENT | {"price": {"kind": "flat", "amount": 1}, "minimum": 2, "maximum": 1}, 422, None),
    ],
)
def test_what_no_component_can_be_is_refused_by_name(
    admin: Api, sent: dict[str, Any], status: int, field: str | None
) -> None:
    answer = admin.post(COMPONENTS, json=sent)
    assert answer.status_code == status
    assert answer.json()["field"] == (field or "features.report_agent.maximum")
    assert admin.get("/api/v1/admin/tariffs/team").json()["version"] == 1


def test_components_come_in_pages_by_code(admin: Api) -> None:
    first = admin.get(COMPONENTS, params={"limit": 10}).json()
    rest = admin.get(COMPONENTS, params={"limit": 10, "cursor": first["next_cursor"]}).json()
    codes = [item["code"] for item in first["data"] + rest["data"]]
    assert codes == sorted(codes)
    assert len(codes) == 15
