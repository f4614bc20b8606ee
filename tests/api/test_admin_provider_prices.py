"""Provider prices and features over HTTP: each price with its source, overrides with a reason, repricing told."""

from typing import Any

import pytest

from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

PRICES = "/api/v1/admin/provider-prices"
OVERRIDES = f"{PRICES}/overrides"
OVERRIDE: dict[str, Any] = {
    "provider": "OpenAI",
    "model": "gpt-4",
    "per_million_tokens": {"input": 24, "output": "48.5"},
    "effective_from": "2026-11-01T00:00:00Z",
    "reason": "Contract of November",
}


@pytest.fixture
def admin(api: Api) -> Api:
    return api.as_(api.key(None, ApiScope.READ, ApiScope.MANAGE))


def test_every_price_is_listed_once_in_pages(admin: Api) -> None:
    found: list[dict[str, Any]] = []
    query = {"provider": "openai", "limit": 200}
    while True:
        page = admin.get(PRICES, params=query).json()
        found += page["data"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(found) > 300
    assert len({str(item) for item in found}) == len(found)
    assert [(item["provider"], item["model"]) for item in found] == sorted(
        (item["provider"], item["model"]) for item in found
    )


def test_a_price_is_told_with_its_source_and_date(admin: Api) -> None:
    page = admin.get(PRICES, params={"provider": "openai", "model": "gpt-4", "source": "catalogue"}).json()
    found = {item["token_kind"]: item for item in page["data"]}
    assert found["input"]["per_million_tokens"] == "30.00"
    assert (found["output"]["per_token"], found["output"]["source"]) == ("0.00006", "catalogue")


def test_an_override_wins_over_the_lists_and_its_reason_is_on_record(admin: Api, product: Product) -> None:
    answer = admin.post(OVERRIDES, json=OVERRIDE)
    assert answer.status_code == 201
    prices = {item["token_kind"]: item for item in answer.json()["data"]}
    assert {kind: item["per_million_tokens"] for kind, item in prices.items()} == {"input": "24.00", "output": "48.50"}
    assert (prices["input"]["provider"], prices["input"]["reason"]) == ("openai", "Contract of November")
    assert admin.get(PRICES, params={"source": "override"}).json()["data"] == sorted(
        answer.json()["data"], key=lambda item: [item["model"], item["token_kind"]]
    )
    with product.read() as uow:
        (record,) = uow.audit.records_of("provider_price", "openai gpt-4")
    assert (record.action, record.actor.kind) == ("provider_price.overridden", "api_key")
    again = admin.post(OVERRIDES, json=OVERRIDE)
    assert (again.status_code, again.json()["code"]) == (422, "overlapping_prices")


def test_an_override_ends_where_it_is_said_to(admin: Api) -> None:
    end = {"provider": "openai", "model": "gpt-4", "effective_until": "2026-12-01T00:00:00Z", "reason": "It ended"}
    assert admin.post(f"{OVERRIDES}/end", json=end).status_code == 404
    admin.post(OVERRIDES, json=OVERRIDE)
    ended = admin.post(f"{OVERRIDES}/end", json=end)
    assert ended.status_code == 200
    assert {item["effective_until"] for item in ended.json()["data"]} == {"2026-12-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"per_million_tokens": {}}, "input"),
        ({"per_million_tokens": {"input": "1"}}, "output"),
        ({"per_million_tokens": {"input": "-1", "output": "1"}}, "input"),
        ({"per_million_tokens": {"thoughts": "1"}}, "per_million_tokens.thoughts"),
        ({"currency": "EUR"}, "input"),
        ({"effective_until": "2026-10-01T00:00:00Z"}, "effective_until"),
        ({"effective_from": "2026-11-01"}, "effective_from"),
        ({"model": "a\x00b"}, "model"),
    ],
)
def test_an_override_that_cannot_be_is_refused_by_name(admin: Api, changes: dict[str, Any], field: str) -> None:
    answer = admin.post(OVERRIDES, json=OVERRIDE | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_what_repricing_would_change_is_told_and_nothing_changes(admin: Api, product: Product, northwind: str) -> None:
    admin.as_(admin.key(northwind))
    call = {"feature": "chat", "provider": "openai", "model": "gpt-4", "input_tokens": 1000, "output_tokens": 0}
    admin.post("/api/v1/events", json=call | {"id": "a", "time": "2026-11-20T12:00:00Z"})
    admin.as_(admin.key(None, ApiScope.READ, ApiScope.MANAGE))
    admin.post(OVERRIDES, json=OVERRIDE)
    asked = {"occurred_from": "2026-11-01T00:00:00Z", "occurred_until": "2026-12-01T00:00:00Z"}
    for _ in range(2):
        told = admin.get(f"{PRICES}/repricing", params=asked).json()
        assert told["events"] == 1
        assert told["models"] == [
            {
                "provider": "openai",
                "model": "gpt-4",
                "currency": "USD",
                "events": 1,
                "unpriced_before": 0,
                "before": "0.03",
                "after": "0.024",
            }
        ]
    too_long = admin.get(f"{PRICES}/repricing", params=asked | {"occurred_from": "2026-01-01T00:00:00Z"})
    assert (too_long.status_code, too_long.json()["field"]) == (422, "occurred_until")


def test_features_come_in_pages_by_code(admin: Api) -> None:
    first = admin.get("/api/v1/admin/features", params={"limit": 10})
    rest = admin.get("/api/v1/admin/features", params={"limit": 10, "cursor": first.json()["next_cursor"]}).json()
    found = {item["code"]: item for item in first.json()["data"] + rest["data"]}
    assert len(found) == 15
    assert (found["storage"]["aggregation"], found["storage"]["units_per_display_unit"]) == ("max", 10**9)
    etag = first.headers["etag"]
    again = admin.get("/api/v1/admin/features", params={"limit": 10}, headers={"If-None-Match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [(StaffRole.ADMIN, 200, 201), (StaffRole.ANALYST, 200, 403), (MemberRole.OWNER, 403, 403)],
)
def test_only_operators_see_provider_prices_and_only_administrators_set_them(
    api: Api, northwind: str, role: StaffRole | MemberRole, read: int, written: int
) -> None:
    api.signed_in(role, northwind)
    assert api.get(PRICES).status_code == read
    assert api.get("/api/v1/admin/features").status_code == read
    assert api.post(OVERRIDES, json=OVERRIDE).status_code == written
