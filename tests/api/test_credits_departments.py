"""The credit limit of a department over HTTP: made, changed, enforced and taken away."""

from typing import Any

import pytest

from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.organizations import ApiScope
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.organizations.create_department import create_department
from tests.api.conftest import Api
from tests.product import SYSTEM, Product

USE = {"action": "generate_content"}


def a_department(product: Product, organization_id: str, name: str = "Marketing") -> str:
    with product.write() as uow:
        made = create_department(uow, organization_id=organization_id, name=name, actor=SYSTEM, now=product.clock.now())
    return made.id


@pytest.fixture
def marketing(product: Product, northwind: str) -> str:
    product.grant(northwind, "100")
    return a_department(product, northwind)


def limits(department_id: str) -> str:
    return f"/api/credits/departments/{department_id}/limits"


def test_a_department_without_a_limit_has_none(api: Api, marketing: str) -> None:
    answer = api.get(limits(marketing)).json()
    assert (answer["department"], answer["credits_per_month"], answer["remaining"]) == ("Marketing", None, None)


def test_a_limit_counts_what_was_used_before_and_refuses_what_would_pass_it(api: Api, marketing: str) -> None:
    api.post("/api/credits/use", json=USE | {"department": marketing})
    made = api.put(limits(marketing), json={"credits_per_month": "25"})
    assert (made.status_code, made.json()["used"]["amount"], made.json()["remaining"]["amount"]) == (
        200,
        "10.00",
        "15.00",
    )
    assert made.json()["resets_at"] == "2026-12-01T00:00:00Z"
    api.post("/api/credits/reserve", json=USE | {"department": marketing})
    now = api.get(limits(marketing)).json()
    assert (now["used"]["amount"], now["held"]["amount"], now["remaining"]["amount"]) == ("10.00", "10.00", "5.00")
    refused = api.post("/api/credits/use", json=USE | {"department": marketing})
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exceeded")
    assert refused.json()["budget_id"] == now["budget_id"]
    assert api.post("/api/credits/use", json=USE).status_code == 200


def test_a_soft_limit_refuses_nothing(api: Api, marketing: str) -> None:
    api.put(limits(marketing), json={"credits_per_month": "5", "is_hard": False})
    assert api.post("/api/credits/use", json=USE | {"department": marketing}).status_code == 200
    now = api.get(limits(marketing)).json()
    assert (now["is_hard"], now["used"]["amount"], now["remaining"]["amount"]) == (False, "10.00", "0.00")


def test_a_limit_is_changed_in_place_and_said_again_changes_nothing(api: Api, marketing: str) -> None:
    first = api.put(limits(marketing), json={"credits_per_month": "25"}).json()
    for _ in range(2):
        changed = api.put(limits(marketing), json={"credits_per_month": 40.5}).json()
        assert changed == first | {
            "credits_per_month": {"amount": "40.50", "currency": "CREDITS"},
            "remaining": {"amount": "40.50", "currency": "CREDITS"},
        }


def test_a_hard_limit_below_what_is_used_is_refused_with_the_numbers(api: Api, marketing: str) -> None:
    api.put(limits(marketing), json={"credits_per_month": "25"})
    api.post("/api/credits/use", json=USE | {"department": marketing})
    refused = api.put(limits(marketing), json={"credits_per_month": "9"})
    assert (refused.status_code, refused.json()["code"]) == (422, "budget_below_use")
    assert refused.json()["used"] == 10_000_000_000
    assert api.get(limits(marketing)).json()["credits_per_month"]["amount"] == "25.00"


def test_null_takes_the_limit_away(api: Api, marketing: str) -> None:
    api.put(limits(marketing), json={"credits_per_month": "5"})
    for _ in range(2):
        assert api.put(limits(marketing), json={"credits_per_month": None}).json()["credits_per_month"] is None
    assert api.post("/api/credits/use", json=USE | {"department": marketing}).status_code == 200
    assert api.put(limits(marketing), json={"credits_per_month": "25"}).json()["used"]["amount"] == "10.00"


@pytest.mark.parametrize("sent", ["-1", "ten", "1.0000000001", True, "9" * 12])
def test_what_is_no_number_of_credits_is_refused(api: Api, marketing: str, sent: object) -> None:
    answer = api.put(limits(marketing), json={"credits_per_month": sent})
    assert (answer.status_code, answer.json()["field"]) == (422, "credits_per_month")


def test_a_limit_has_to_be_named(api: Api, marketing: str) -> None:
    assert api.put(limits(marketing), json={}).json()["field"] == "credits_per_month"


def test_departments_of_others_are_not_there(api: Api, product: Product) -> None:
    theirs = a_department(product, product.organization("Contoso Labs"))
    for department_id in (theirs, "dep_none"):
        answers = [api.get(limits(department_id)), api.put(limits(department_id), json={"credits_per_month": "5"})]
        for answer in answers:
            assert answer.status_code == 404
            assert answer.json()["title"] == f"The organization has no department {department_id!r}."


def test_only_who_may_change_budgets_changes_a_limit(api: Api, northwind: str, marketing: str) -> None:
    api.as_(api.key(northwind, ApiScope.READ))
    assert api.get(limits(marketing)).status_code == 200
    refused = api.put(limits(marketing), json={"credits_per_month": "5"})
    assert (refused.status_code, refused.json()["permission"]) == (403, "edit_budgets")


@pytest.mark.parametrize(
    "other",
    [
        {"measure": Measure.MONEY},
        {"every": "week"},
        {"feature": "generate_content"},
        {"scope_id": None},
        {"scope": Scope.ORGANIZATION, "scope_id": None},
    ],
    ids=str,
)
def test_other_budgets_are_not_taken_for_the_limit(
    api: Api, product: Product, northwind: str, marketing: str, other: dict[str, Any]
) -> None:
    terms: dict[str, Any] = {
        "measure": Measure.CREDITS,
        "every": "month",
        "scope": Scope.DEPARTMENT,
        "scope_id": marketing,
    }
    with product.write() as uow:
        create_budget(
            uow,
            organization_id=northwind,
            name="Another",
            amount=7,
            is_hard=False,
            actor=SYSTEM,
            now=product.clock.now(),
            **{**terms, **other},
        )
    assert api.get(limits(marketing)).json()["credits_per_month"] is None
    api.put(limits(marketing), json={"credits_per_month": "5"})
    api.put(limits(marketing), json={"credits_per_month": None})
    with product.read() as uow:
        assert [budget.name for budget in uow.budgets.budgets([northwind])] == ["Another"]
