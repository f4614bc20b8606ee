"""What credits were used for, over HTTP: each use, and figures that agree with the books."""

from typing import Any

import pytest

from billing_core.domain.identity import Actor
from billing_core.domain.organizations import ApiScope
from billing_core.services.adjustments.cancel_events import cancel_event
from tests.api.conftest import Api
from tests.api.test_credits_departments import a_department
from tests.product import Product

USAGE, SUMMARY, USE = "/api/credits/usage", "/api/credits/usage/summary", "/api/credits/use"
ADA = Actor("person", "per_ada", "Ada", "127.0.0.1")


@pytest.fixture
def used(api: Api, product: Product, northwind: str) -> dict[str, str]:
    """Four uses over three days in two months, of which one took no credits; member and department of some."""
    product.grant(northwind, "100")
    dana, research = api.member(northwind), a_department(product, northwind, "Research")
    use = {"action": "generate_content", "event_id": "1", "member": dana, "metadata": {"topic": "Autumn"}}
    api.post(USE, json=use)
    product.clock.advance(days=1)
    api.post(USE, json={"action": "MyFeature", "event_id": "2", "units": 4, "department": research})
    api.post(USE, json={"action": "chat", "event_id": "3", "member": dana})
    product.clock.advance(days=15)
    api.post(USE, json={"action": "generate_content", "event_id": "4", "units": 2, "run": "run-1"})
    product.sync_warehouse()
    return {"dana": dana, "research": research}


def ids(api: Api, **asked: Any) -> list[str]:
    return [item["event_id"] for item in api.get(USAGE, params=asked).json()["data"]]


def groups(api: Api, **asked: Any) -> list[tuple[str | None, str, str]]:
    asked = {"from": "2026-11-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"} | asked
    answer = api.get(SUMMARY, params=asked)
    assert answer.status_code == 200, answer.text
    return [(item["key"], item["name"], item["credits"]["amount"]) for item in answer.json()["data"]]


def test_uses_that_took_credits_are_listed_the_newest_first(api: Api, used: dict[str, str]) -> None:
    assert ids(api) == ["4", "2", "1"]
    first = api.get(USAGE).json()["data"][-1]
    assert (first["action"], first["credits"]["amount"], first["price"]["currency"]) == (
        "generate_content",
        "10.00",
        "CREDITS",
    )
    assert (first["member"], first["metadata"], first["is_cancelled"]) == (used["dana"], {"topic": "Autumn"}, False)


def test_uses_are_chosen_by_what_they_name(api: Api, used: dict[str, str]) -> None:
    assert ids(api, action="generate_content") == ["4", "1"]
    assert ids(api, member=used["dana"]) == ["1"]
    assert ids(api, department=used["research"]) == ["2"]
    assert ids(api, run="run-1") == ["4"]
    assert ids(api, **{"from": "2026-11-21T00:00:00Z", "to": "2026-12-01T00:00:00Z"}) == ["2"]
    assert ids(api, member="mem_none") == []


def test_pages_hold_each_use_once(api: Api, used: dict[str, str]) -> None:
    first = api.get(USAGE, params={"limit": 2}).json()
    second = api.get(USAGE, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["event_id"] for item in first["data"] + second["data"]] == ["4", "2", "1"]
    assert second["next_cursor"] is None


def test_a_use_that_was_cancelled_took_nothing_in_the_end(
    api: Api, product: Product, northwind: str, used: dict[str, str]
) -> None:
    event_id = api.get(USAGE).json()["data"][-1]["id"]
    with product.write() as uow:
        cancel_event(
            uow, organization_id=northwind, event_id=event_id, reason="Mistake", actor=ADA, now=product.clock.now()
        )
    product.sync_warehouse()
    cancelled = api.get(USAGE).json()["data"][-1]
    assert (cancelled["id"], cancelled["credits"]["amount"], cancelled["is_cancelled"]) == (event_id, "0.00", True)
    assert groups(api)[0] == ("generate_content", "Generate content", "20.00")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("action", ["30.00", "4.00", "0.00"]),
        ("member", ["24.00", "10.00"]),
        ("department", ["30.00", "4.00"]),
    ],
)
def test_figures_are_told_apart_by_what_took_most(api: Api, used: dict[str, str], by: str, expected: list[str]) -> None:
    assert [credits for _, _, credits in groups(api, group_by=by)] == expected


def test_figures_by_day_and_month_stand_in_order(api: Api, used: dict[str, str]) -> None:
    assert groups(api, group_by="day") == [
        ("2026-11-20", "2026-11-20", "10.00"),
        ("2026-11-21", "2026-11-21", "4.00"),
        ("2026-12-06", "2026-12-06", "20.00"),
    ]
    assert groups(api, group_by="month") == [("2026-11", "2026-11", "14.00"), ("2026-12", "2026-12", "20.00")]


def test_the_totals_are_what_left_the_grants(api: Api, product: Product, northwind: str, used: dict[str, str]) -> None:
    found = api.get(SUMMARY, params={"from": "2026-11-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}).json()
    with product.read() as uow:
        taken = sum(state.allocated_nanos for state in uow.credits.grants(northwind))
    assert (found["totals"]["credits"]["amount"], taken) == ("34.00", 34_000_000_000)
    assert found["totals"]["calls"] == sum(item["calls"] for item in found["data"]) == 4
    assert found["totals"]["provider_costs"] is None


def test_without_a_time_it_is_the_running_month_of_the_organization(api: Api, used: dict[str, str]) -> None:
    found = api.get(SUMMARY).json()
    assert (found["starts_at"], found["ends_at"]) == ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
    assert (found["time_zone"], found["totals"]["credits"]["amount"]) == ("UTC", "20.00")


def test_figures_are_chosen_by_what_they_name(api: Api, used: dict[str, str]) -> None:
    assert [credits for _, _, credits in groups(api, member=used["dana"])] == ["10.00", "0.00"]
    assert [credits for _, _, credits in groups(api, group_by="month", action="MyFeature")] == ["4.00"]
    assert groups(api, department="dep_none") == []


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        (SUMMARY, {"group_by": "color"}, "group_by"),
        (SUMMARY, {"from": "2026-12-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "to"),
        (SUMMARY, {"from": "2020-01-01T00:00:00Z"}, "from"),
        (SUMMARY, {"from": "2026-12-01T00:00:00"}, "from"),
        (SUMMARY, {"action": "\x00"}, "action"),
        (USAGE, {"from": "2026-12-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}, "to"),
        (USAGE, {"cursor": "WyIxIiwiMiIsIjMiXQ"}, "cursor"),
        (USAGE, {"member": ""}, "member"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, path: str, asked: dict[str, str], field: str) -> None:
    answer = api.get(path, params=asked)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_use_of_others_is_not_there(api: Api, product: Product, used: dict[str, str]) -> None:
    other = product.organization("Contoso Labs")
    for path in (USAGE, SUMMARY):
        assert api.get(path, params={"organization_id": other}).status_code == 404
    api.as_(api.key(other))
    assert (ids(api), groups(api), groups(api, member=used["dana"])) == ([], [], [])
    assert api.as_(api.key(other, ApiScope.CHARGE)).get(SUMMARY).status_code == 403
