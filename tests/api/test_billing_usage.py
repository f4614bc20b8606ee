"""The history of an organization's usage, and how it stands against the plan."""

from datetime import timedelta
from typing import Any

import pytest

from billing_core.domain.identity import StaffRole
from billing_core.domain.organizations import ApiScope
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.reporting.usage_filter import UsageFilter
from tests.api.conftest import Api
from tests.builders import an_event
from tests.product import SYSTEM, Product

USAGE = "/api/v1/billing/usage"
STATISTICS = "/api/v1/billing/usage/statistics"
TOKENS: dict[str, Any] = {"provider": "openai", "model": "gpt-4", "input_tokens": 1_000, "output_tokens": 100}


def ids(answer: Any) -> list[str]:
    return [event["event_id"] for event in answer.json()["data"]]


def hourly(product: Product, organization_id: str, count: int, **details: Any) -> None:
    """Events `0`, `1`, ... of which `0` is of now and every other an hour before the one before."""
    now = product.clock.now()
    events = [
        an_event(organization_id, event_id=str(number), occurred_at=now - timedelta(hours=number), **details)
        for number in range(count)
    ]
    product.charge(*reversed(events), admit=False)


def test_the_newest_event_is_first_and_tells_what_it_cost(api: Api, product: Product, northwind: str) -> None:
    hourly(product, northwind, 2)
    product.charge(an_event(northwind, "generate_content", "paid", run="run-7", latency_ms=1_830, **TOKENS))
    answer = api.get(USAGE)
    assert ids(answer) == ["paid", "0", "1"]
    paid = answer.json()["data"][0]
    assert (paid["feature"], paid["run"], paid["latency_ms"]) == ("generate_content", "run-7", 1_830)
    assert paid["tokens"]["total"] == 1_100
    assert (paid["price"], paid["credits"]) == ({"amount": "10.00", "currency": "CREDITS"},) * 2
    assert (paid["balance"]["amount"], paid["overage"]["amount"], paid["is_cancelled"]) == ("0.00", "0.00", False)
    included = answer.json()["data"][1]
    assert (included["allowance"], included["measured"], included["included"]) == ("calls", 1, 1)


def test_pages_hold_every_event_once_also_those_of_one_moment(api: Api, product: Product, northwind: str) -> None:
    hourly(product, northwind, 4)
    product.charge(*(an_event(northwind, event_id=f"same-{number}") for number in range(5)))
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        answer = api.get(USAGE, params=query)
        seen += ids(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
        query["cursor"] = cursor
    assert seen == ["same-4", "same-3", "same-2", "same-1", "same-0", "0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"feature": "search"}, ["5"]),
        ({"member": "{member}"}, ["4"]),
        ({"provider": "openai", "model": "gpt-4"}, ["3"]),
        ({"source": "other"}, []),
        ({"source": "test", "run": "run-2"}, ["2"]),
        ({"api_key": "key_none"}, []),
        ({"department": "dep_none"}, []),
        ({"from": "2026-11-20T10:00:00Z"}, ["0", "1", "2"]),
        ({"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T10:00:00Z"}, ["3"]),
        ({"to": "2026-11-20T09:00:00+01:00"}, ["5"]),
    ],
    ids=str,
)
def test_filters_narrow_the_history(
    api: Api, product: Product, northwind: str, query: dict[str, str], found: list[str]
) -> None:
    member = api.member(northwind)
    now = product.clock.now()
    details: list[dict[str, Any]] = [{}, {}, {"run": "run-2"}, TOKENS, {"member": member}, {"feature": "search"}]
    product.charge(
        *(
            an_event(northwind, event_id=str(hours), occurred_at=now - timedelta(hours=hours), **more)
            for hours, more in enumerate(details)
        )
    )
    query = {name: value.format(member=member) for name, value in query.items()}
    answer = api.get(USAGE, params=query)
    assert (ids(answer), answer.json()["next_cursor"]) == (found, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-11-20T10:00:00Z", "to": "2026-11-20T10:00:00Z"}, "to"),
        ({"from": "2026-11-20T10:00:00"}, "from"),
        ({"from": "0001-01-01T00:00:00Z"}, "from"),
        ({"to": "1795176000"}, "to"),
        ({"to": "2026-11-20"}, "to"),
        ({"feature": "\x00"}, "feature"),
        ({"limit": "201"}, "limit"),
        ({"cursor": "WyJub3doZXJlIl0"}, "cursor"),
        ({"cursor": "WyJhIiwgImIiXQ"}, "cursor"),
        ({"cursor": "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCAiMSJd"}, "cursor"),
        ({"cursor": "WyIxIiwgIjk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXQ"}, "cursor"),
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_is_named(api: Api, query: dict[str, str], field: str) -> None:
    answer = api.get(USAGE, params=query)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_input", field)


def test_an_event_that_was_cancelled_counts_for_nothing(api: Api, product: Product, northwind: str) -> None:
    product.charge(an_event(northwind, "generate_content", **TOKENS))
    event_id = api.get(USAGE).json()["data"][0]["id"]
    with product.write() as uow:
        cancel_event(
            uow, organization_id=northwind, event_id=event_id, reason="Test", actor=SYSTEM, now=product.clock.now()
        )
    (event,) = api.get(USAGE).json()["data"]
    assert (event["is_cancelled"], event["adjustments"]) == (True, 1)
    assert (event["price"]["amount"], event["credits"]["amount"], event["units"]) == ("0.00", "0.00", 0)


def test_another_organizations_events_are_not_among_them(api: Api, product: Product, northwind: str) -> None:
    contoso = product.organization("Contoso Labs", credits="10")
    product.charge(an_event(contoso, event_id="theirs"), an_event(northwind, event_id="ours"))
    assert ids(api.get(USAGE)) == ["ours"]
    assert api.get(USAGE, params={"organization_id": contoso}).status_code == 404


def test_what_providers_charged_is_told_to_operators_alone(api: Api, product: Product, northwind: str) -> None:
    product.charge(an_event(northwind, **TOKENS))
    product.sync_warehouse()
    own = api.get(USAGE).json()
    assert (own["data"][0]["provider_costs"], own["statistics"]["used"]["provider_costs"]) == (None, None)
    api.signed_in(StaffRole.ANALYST, northwind)
    seen = api.get(USAGE, params={"organization_id": northwind}).json()
    cost = [{"amount": "0.036", "currency": "USD"}]
    assert (seen["data"][0]["provider_costs"], seen["statistics"]["used"]["provider_costs"]) == (cost, cost)


def test_only_the_first_page_has_the_statistics_and_none_where_they_are_not_wanted(
    api: Api, product: Product, northwind: str
) -> None:
    hourly(product, northwind, 2)
    first = api.get(USAGE, params={"limit": 1}).json()
    second = api.get(USAGE, params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert (first["statistics"]["plan"], second["statistics"]) == ("free", None)
    assert first["statistics"] == api.get(STATISTICS).json()
    assert api.get(USAGE, params={"statistics": False}).json()["statistics"] is None


def test_statistics_hold_the_use_of_the_period_against_the_plan(api: Api, product: Product, northwind: str) -> None:
    product.clock.advance(days=1)
    hourly(product, northwind, 30, **TOKENS)
    product.charge(an_event(northwind, "generate_content", "failed", is_error=True), admit=False)
    product.sync_warehouse()
    answer = api.get(STATISTICS).json()
    assert (answer["starts_at"], answer["resets_at"]) == ("2026-11-20T12:00:00Z", "2026-12-20T12:00:00Z")
    (calls,) = [item for item in answer["allowances"] if item["code"] == "calls"]
    assert (calls["used"], calls["remaining"], calls["resets_at"]) == (25, 975, answer["resets_at"])
    assert (answer["used"]["calls"], answer["used"]["errors"], answer["used"]["error_rate"]) == (26, 1, "0.0385")
    assert [(part["key"], part["calls"]) for part in answer["by_feature"]] == [("chat", 25), ("generate_content", 1)]


def test_the_figures_are_those_of_the_screens(api: Api, product: Product, northwind: str) -> None:
    product.charge(an_event(northwind, "generate_content", **TOKENS), *[an_event(northwind, event_id="2", **TOKENS)])
    product.sync_warehouse()
    answer = api.get(STATISTICS).json()
    with product.read() as uow:
        organization = uow.organizations.organization(northwind)
        (subscription,) = uow.subscriptions.history([northwind])[northwind]
    period = subscription.allowance_period(product.clock.now(), organization.time_zone)
    chosen = UsageFilter(organization_ids=frozenset({northwind}), period=period, zone=organization.time_zone)
    measures = product.reports.totals(chosen)
    assert (answer["used"]["calls"], answer["used"]["tokens"]["total"]) == (measures.calls, measures.tokens)
    assert answer["used"]["credits"]["amount"] == measures.credits.decimal_text == "10.00"
    assert answer["used"]["charges"] == [{"amount": measures.revenue("USD").decimal_text, "currency": "USD"}]


def test_a_key_that_only_charges_may_not_read_usage(api: Api, northwind: str) -> None:
    answer = api.as_(api.key(northwind, ApiScope.CHARGE)).get(USAGE)
    assert (answer.status_code, answer.json()["permission"]) == (403, "read_usage")
