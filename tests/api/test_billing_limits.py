"""What is left: of allowances, of budgets, and what follows when nothing is."""

from typing import Any

import pytest

from billing_core.domain.budget_terms import Every, Measure, Scope
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.organizations.create_department import create_department
from tests.api.conftest import Api
from tests.builders import an_event
from tests.product import SYSTEM, Product

LIMITS = "/api/v1/billing/limits"


def department(product: Product, organization_id: str, name: str = "Research") -> str:
    with product.write() as uow:
        now = product.clock.now()
        return create_department(uow, organization_id=organization_id, name=name, actor=SYSTEM, now=now).id


def budget(
    product: Product,
    organization_id: str,
    amount: int,
    measure: Measure = Measure.UNITS,
    every: Every = "month",
    **whose: Any,
) -> str:
    with product.write() as uow:
        return create_budget(
            uow,
            organization_id=organization_id,
            name="Budget",
            amount=amount,
            measure=measure,
            every=every,
            is_hard=True,
            actor=SYSTEM,
            now=product.clock.now(),
            **whose,
        ).id


def budgets_of(api: Api, **query: str) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in api.get(LIMITS, params=query).json()["budgets"]["data"]}


def test_an_allowance_says_what_is_used_and_left_and_when_it_begins_anew(
    api: Api, product: Product, northwind: str
) -> None:
    product.charge(*(an_event(northwind, event_id=str(number)) for number in range(37)))
    answer = api.get(LIMITS).json()
    (calls,) = [item for item in answer["allowances"] if item["code"] == "calls"]
    assert (answer["plan"], calls["included"], calls["used"], calls["remaining"]) == ("free", 1000, 37, 963)
    assert (calls["starts_at"], calls["resets_at"]) == ("2026-11-20T12:00:00Z", "2026-12-20T12:00:00Z")
    assert calls["stops"] is False
    assert "chat" in calls["features"]


def test_a_feature_says_whether_it_is_included_and_what_is_beyond_its_allowance(api: Api, product: Product) -> None:
    features = {item["feature"]: item for item in api.get(LIMITS).json()["features"]}
    assert features["ai_response"] == {
        "feature": "ai_response",
        "is_included": True,
        "allowance": "ai_responses",
        "remaining": 50,
        "beyond": "stop",
    }
    assert (features["generate_content"]["allowance"], features["generate_content"]["remaining"]) == (None, None)
    with product.read() as uow:
        assert features.keys() == {feature.code for feature in uow.catalog.features() if feature.is_active}


def test_what_is_unlimited_has_no_number_left(api: Api, product: Product) -> None:
    wide = product.organization("Wide World", "enterprise")
    allowances = api.as_(api.key(wide)).get(LIMITS).json()["allowances"]
    assert {(item["included"], item["remaining"]) for item in allowances} == {(None, None)}


def test_budgets_tell_what_is_used_held_and_left_in_their_unit(api: Api, product: Product, northwind: str) -> None:
    units = budget(product, northwind, 10)
    money = budget(product, northwind, 2_000_000_000, Measure.MONEY, "total")
    product.charge(*(an_event(northwind, event_id=str(number), units=3) for number in range(2)))
    found = budgets_of(api)
    assert {name: found[units][name] for name in ("unit", "amount", "used", "held", "remaining", "is_hard")} == {
        "unit": "units",
        "amount": "10",
        "used": "6",
        "held": "0",
        "remaining": "4",
        "is_hard": True,
    }
    assert (found[units]["starts_at"], found[units]["resets_at"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    assert (found[money]["unit"], found[money]["amount"], found[money]["used"]) == ("USD", "2.00", "0.00")
    assert (found[money]["starts_at"], found[money]["resets_at"]) == (None, None)


def test_only_budgets_that_a_use_by_the_named_counts_in_are_told(api: Api, product: Product, northwind: str) -> None:
    research, sales = (department(product, northwind, name) for name in ("Research", "Sales"))
    whole = budget(product, northwind, 100)
    of_research = budget(product, northwind, 10, scope=Scope.DEPARTMENT, scope_id=research)
    budget(product, northwind, 10, scope=Scope.DEPARTMENT, scope_id=sales)
    of_each = budget(product, northwind, 5, scope=Scope.DEPARTMENT)
    of_runs = budget(product, northwind, 5, scope=Scope.RUN)
    product.charge(an_event(northwind, department=research, units=2))
    assert len(budgets_of(api)) == 5
    found = budgets_of(api, department=research)
    assert found.keys() == {whole, of_research, of_each}
    assert [(found[key]["subject"], found[key]["used"]) for key in (whole, of_research, of_each)] == [
        (None, "2"),
        (None, "2"),
        (research, "2"),
    ]
    assert budgets_of(api, run="any")[of_runs]["remaining"] == "5"


def test_a_budget_that_everybody_has_for_themselves_has_no_use_until_somebody_is_named(
    api: Api, product: Product, northwind: str
) -> None:
    of_each = budget(product, northwind, 5, scope=Scope.MEMBER)
    found = budgets_of(api)[of_each]
    assert (found["amount"], found["used"], found["held"], found["remaining"]) == ("5", None, None, None)


def test_an_archived_budget_is_no_limit_any_more(api: Api, product: Product, northwind: str) -> None:
    old = budget(product, northwind, 5)
    with product.write() as uow:
        archive_budget(uow, old, actor=SYSTEM, now=product.clock.now())
    assert budgets_of(api) == {}


def test_budgets_come_in_pages_the_oldest_first(api: Api, product: Product, northwind: str) -> None:
    created: list[str] = []
    for _ in range(3):
        created.append(budget(product, northwind, 5))
        product.clock.advance(seconds=1)
    first = api.get(LIMITS, params={"limit": 2}).json()["budgets"]
    rest = api.get(LIMITS, params={"limit": 2, "cursor": first["next_cursor"]}).json()["budgets"]
    assert [item["id"] for item in first["data"] + rest["data"]] == created
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("scope", ["department", "member", "api_key"])
def test_somebody_of_another_organization_is_unknown(api: Api, product: Product, northwind: str, scope: str) -> None:
    contoso = product.organization("Contoso Labs")
    foreign = {"department": department(product, contoso), "member": "mem_none", "api_key": "key_none"}[scope]
    answer = api.get(LIMITS, params={scope: foreign})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (404, "not_found", scope)


@pytest.mark.parametrize("scope", ["department", "member", "api_key", "run"])
def test_a_name_that_nobody_can_have_is_refused(api: Api, scope: str) -> None:
    answer = api.get(LIMITS, params={scope: "\x00"})
    assert (answer.status_code, answer.json()["field"]) == (422, scope)


def test_an_operator_asking_for_an_unknown_organization_is_told_there_is_none(api: Api) -> None:
    answer = api.as_(api.key(None)).get(LIMITS, params={"organization_id": "org_none"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
