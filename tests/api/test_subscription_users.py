"""Usage, dashboard and trends of a user: a member, or an organization as a whole."""

from datetime import timedelta
from typing import Any

import pytest

from billing_core.domain.alerts import AlertKind, AlertRule
from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.seats.remove_member import remove_member
from tests.api.conftest import Api
from tests.builders import an_event, usd
from tests.product import SYSTEM, Product

GROUP = "/api/subscription"
SCREENS = ("usage", "dashboard", "trends")
TOKENS: dict[str, Any] = {"provider": "openai", "model": "gpt-4", "input_tokens": 1_000, "output_tokens": 100}


@pytest.fixture
def dana(api: Api, northwind: str) -> str:
    return api.member(northwind)


def use(product: Product, organization_id: str, count: int, prefix: str, **details: Any) -> None:
    events = [an_event(organization_id, event_id=f"{prefix}{number}", **TOKENS | details) for number in range(count)]
    product.charge(*events, admit=False)
    product.sync_warehouse()


def test_a_members_usage_is_theirs_and_an_organizations_everybodys(
    api: Api, product: Product, northwind: str, dana: str
) -> None:
    use(product, northwind, 3, "d", member=dana, latency_ms=100)
    use(product, northwind, 1, "f", member=dana, is_error=True, latency_ms=900)
    use(product, northwind, 2, "o", latency_ms=500)
    hers = api.get(f"{GROUP}/usage/{dana}").json()
    everybodys = api.get(f"{GROUP}/usage/{northwind}").json()
    assert (hers["user_id"], hers["name"], hers["organization_id"]) == (dana, "Dana", northwind)
    assert (everybodys["user_id"], everybodys["name"]) == (northwind, "Northwind AI")
    assert [(item["used"]["calls"], item["used"]["errors"]) for item in (hers, everybodys)] == [(4, 1), (6, 1)]
    assert hers["used"]["error_rate"] == "0.2500"
    assert hers["used"]["tokens"] == {
        "total": 4_400,
        "input": 4_000,
        "llm": 0,
        "output": 400,
        "cache_read": 0,
        "cache_write": 0,
        "reasoning": 0,
    }
    assert hers["latency"] == {"median_ms": 100, "p95_ms": 780}
    assert [(part["key"], part["calls"]) for part in hers["by_provider"]] == [("openai", 4)]
    assert [(part["key"], part["name"]) for part in hers["by_feature"]] == [("chat", "Chat")]
    assert [part["key"] for part in hers["by_model"]] == ["gpt-4"]


def test_usage_of_a_period_before_is_asked_for_by_how_far_back_it_is(
    api: Api, product: Product, northwind: str
) -> None:
    use(product, northwind, 3, "o")
    product.clock.advance(days=31)
    use(product, northwind, 1, "n")
    now, before = (api.get(f"{GROUP}/usage/{northwind}", params={"periods_back": back}).json() for back in (0, 1))
    assert [period["used"]["calls"] for period in (now, before)] == [1, 3]
    assert before["resets_at"] == now["starts_at"]
    refused = api.get(f"{GROUP}/usage/{northwind}", params={"periods_back": 121})
    assert (refused.status_code, refused.json()["field"]) == (422, "periods_back")


def test_use_stands_against_the_allowances_of_all_and_the_budgets_of_the_user(
    api: Api, product: Product, northwind: str, dana: str
) -> None:
    with product.write() as uow:
        for scope, scope_id, amount in ((Scope.MEMBER, dana, 10), (Scope.ORGANIZATION, None, 100)):
            create_budget(
                uow,
                organization_id=northwind,
                name=scope,
                amount=amount,
                measure=Measure.UNITS,
                every="month",
                is_hard=True,
                scope=scope,
                scope_id=scope_id,
                actor=SYSTEM,
                now=product.clock.now(),
            )
    use(product, northwind, 3, "d", member=dana)
    use(product, northwind, 2, "o")
    hers, everybodys = (api.get(f"{GROUP}/usage/{user}").json() for user in (dana, northwind))
    (calls,) = [item for item in hers["allowances"] if item["code"] == "calls"]
    assert (calls["used"], calls["remaining"]) == (5, 995)
    assert {item["scope"]: (item["used"], item["remaining"]) for item in hers["budgets"]} == {
        "member": ("3", "7"),
        "organization": ("5", "95"),
    }
    assert [item["scope"] for item in everybodys["budgets"]] == ["organization"]


def test_what_providers_charged_is_told_to_operators_and_charges_to_everybody(
    api: Api, product: Product, northwind: str
) -> None:
    product.top_up(northwind, "5")
    use(product, northwind, 1, "a", feature="MyFeature")
    own = api.get(f"{GROUP}/usage/{northwind}").json()
    assert (own["used"]["provider_costs"], own["by_provider"][0]["provider_costs"]) == (None, None)
    assert own["used"]["credits"] == {"amount": "1.00", "currency": "CREDITS"}
    api.signed_in(StaffRole.ANALYST, northwind)
    seen = api.get(f"{GROUP}/usage/{northwind}").json()
    assert seen["by_provider"][0]["provider_costs"] == [{"amount": "0.036", "currency": "USD"}]
    assert seen["used"]["unpriced_calls"] == 0
    assert own["used"]["charges"] == seen["used"]["charges"] == [{"amount": "0.00", "currency": "USD"}]


def test_usage_of_a_member_who_has_left_is_still_there(api: Api, product: Product, northwind: str, dana: str) -> None:
    use(product, northwind, 1, "d", member=dana)
    with product.write() as uow:
        remove_member(
            uow, organization_id=northwind, member_id=dana, operation="left", actor=SYSTEM, now=product.clock.now()
        )
    assert api.get(f"{GROUP}/usage/{dana}").json()["used"]["calls"] == 1


def test_a_dashboard_projects_what_the_period_will_come_to(api: Api, product: Product, northwind: str) -> None:
    product.clock.advance(days=3)
    use(product, northwind, 300, "a")
    dashboard = api.get(f"{GROUP}/dashboard/{northwind}").json()
    assert dashboard["projection"]["calls"] == 3_000
    assert dashboard["projection"]["charges"] == [{"amount": "0.00", "currency": "USD"}]
    (calls,) = [item for item in dashboard["allowances"] if item["code"] == "calls"]
    assert (calls["used"], calls["projected_used"]) == (300, 3_000)
    assert calls["runs_out_at"] == "2026-11-30T12:00:00Z"
    assert (dashboard["used"]["calls"], dashboard["plan"]) == (300, "free")


def test_in_the_first_day_of_a_period_nothing_is_projected(api: Api, product: Product, northwind: str) -> None:
    use(product, northwind, 3, "a")
    dashboard = api.get(f"{GROUP}/dashboard/{northwind}").json()
    assert dashboard["projection"] is None
    assert {item["projected_used"] for item in dashboard["allowances"]} == {None}


def test_a_dashboard_shows_thirty_days_of_which_the_last_still_runs(api: Api, product: Product, northwind: str) -> None:
    use(product, northwind, 2, "a", occurred_at=product.clock.now() - timedelta(days=2))
    use(product, northwind, 1, "b")
    trend = api.get(f"{GROUP}/dashboard/{northwind}").json()["trend"]
    assert (len(trend), trend[0]["starts_on"], trend[-1]["starts_on"]) == (30, "2026-10-22", "2026-11-20")
    assert [point["calls"] for point in trend[-3:]] == [2, 0, 1]
    assert [point["is_complete"] for point in trend[-2:]] == [True, False]


def test_a_dashboard_shows_alerts_that_nobody_has_acknowledged(api: Api, product: Product, northwind: str) -> None:
    use(product, northwind, 41, "a", feature="ai_response")
    (alert,) = api.get(f"{GROUP}/dashboard/{northwind}").json()["alerts"]
    assert {name: alert[name] for name in ("kind", "subject", "threshold", "reading", "unit", "severity")} == {
        "kind": "allowance_used",
        "subject": "ai_responses",
        "threshold": "80",
        "reading": "82",
        "unit": "percent",
        "severity": "warning",
    }
    with product.write() as uow:
        uow.alerts.acknowledge(alert["id"], "Dana", product.clock.now())
    assert api.get(f"{GROUP}/dashboard/{northwind}").json()["alerts"] == []


def test_an_alert_about_provider_costs_is_shown_to_operators_alone(api: Api, product: Product, northwind: str) -> None:
    threshold = usd("0.05").nanos
    kind = AlertKind.COST_ABOVE
    rule = AlertRule(
        id="alr_1", kind=kind, organization_id=northwind, threshold=threshold, currency="USD", is_enabled=True
    )
    with product.write() as uow:
        uow.alerts.save_rule(rule, product.clock.now())
    use(product, northwind, 2, "a")
    assert api.get(f"{GROUP}/dashboard/{northwind}").json()["alerts"] == []
    (alert,) = api.signed_in(StaffRole.ANALYST, northwind).get(f"{GROUP}/dashboard/{northwind}").json()["alerts"]
    assert {name: alert[name] for name in ("kind", "threshold", "reading", "unit")} == {
        "kind": "cost_above",
        "threshold": "0.05",
        "reading": "0.072",
        "unit": "USD",
    }


def test_trends_have_a_point_for_every_month_also_without_use(api: Api, product: Product, northwind: str) -> None:
    use(product, northwind, 2, "a", occurred_at=product.clock.now() - timedelta(days=61))
    use(product, northwind, 1, "b", **TOKENS)
    trends = api.get(f"{GROUP}/trends/{northwind}", params={"months": 4}).json()
    assert [(point["starts_on"], point["calls"]) for point in trends["data"]] == [
        ("2026-08-01", 0),
        ("2026-09-01", 2),
        ("2026-10-01", 0),
        ("2026-11-01", 1),
    ]
    assert [point["is_complete"] for point in trends["data"]] == [True, True, True, False]
    assert len(api.get(f"{GROUP}/trends/{northwind}").json()["data"]) == 6


def test_trends_by_day_add_up_to_those_by_month(api: Api, product: Product, northwind: str, dana: str) -> None:
    for days in range(0, 60, 7):
        use(product, northwind, 2, f"{days}-", member=dana, occurred_at=product.clock.now() - timedelta(days=days))
    by_month, by_day = (
        api.get(f"{GROUP}/trends/{dana}", params={"months": 2, "interval": interval}).json()["data"]
        for interval in ("month", "day")
    )
    assert len(by_day) == 31 + 20
    for month in by_month:
        parts = [day for day in by_day if day["starts_on"][:7] == month["starts_on"][:7]]
        assert month["calls"] == sum(day["calls"] for day in parts) > 0
        assert month["tokens"]["total"] == sum(day["tokens"]["total"] for day in parts)


@pytest.mark.parametrize("screen", SCREENS)
def test_users_of_others_are_unknown_exactly_as_those_that_do_not_exist(
    api: Api, product: Product, screen: str
) -> None:
    contoso = product.organization("Contoso Labs")
    eve = api.member(contoso, "Eve")
    answers = [api.get(f"{GROUP}/{screen}/{user}") for user in (contoso, eve, "demo")]
    assert {answer.status_code for answer in answers} == {404}
    titles = [
        answer.json()["title"].replace(user, "") for answer, user in zip(answers, (contoso, eve, "demo"), strict=True)
    ]
    assert len(set(titles)) == 1


@pytest.mark.parametrize("screen", SCREENS)
def test_people_see_those_of_their_organization_and_operators_everybody(
    api: Api, northwind: str, dana: str, screen: str
) -> None:
    for role in (MemberRole.MEMBER, MemberRole.OWNER, StaffRole.ANALYST):
        assert api.signed_in(role, northwind).get(f"{GROUP}/{screen}/{dana}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"), [({"months": 0}, "months"), ({"months": 25}, "months"), ({"interval": "week"}, "interval")]
)
def test_a_trend_over_too_few_or_many_months_is_refused(
    api: Api, northwind: str, query: dict[str, Any], field: str
) -> None:
    answer = api.get(f"{GROUP}/trends/{northwind}", params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
