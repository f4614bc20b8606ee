"""Money that was paid outside Stripe: recorded once, by operators, with who said so."""

from typing import Any

import pytest

from billing_core.adapters.database.schema.identity import audit_record
from billing_core.domain.identity import MemberRole, StaffRole
from tests.api.conftest import Api
from tests.product import Product

TOPUP, BALANCE = "/api/v1/billing/topup", "/api/v1/billing/balance"


@pytest.fixture
def operator(api: Api) -> Api:
    return api.as_(api.key(None))


def top_up(api: Api, organization_id: str, amount: Any = "25.50", reference: str = "bank 4711", **more: Any) -> Any:
    body = {"amount": amount, "reference": reference} | more
    return api.post(TOPUP, params={"organization_id": organization_id}, json=body)


def test_a_payment_adds_to_the_balance_which_is_answered(operator: Api, product: Product, northwind: str) -> None:
    answer = top_up(operator, northwind)
    assert answer.json() == {"credits": "15.00", "balance": "25.50", "owed": "0.00", "currency": "USD"}
    assert operator.get(BALANCE, params={"organization_id": northwind}).json() == answer.json()
    assert top_up(operator, northwind, 10, "bank 4712").json()["balance"] == "35.50"


def test_the_same_payment_is_taken_once(operator: Api, northwind: str) -> None:
    assert [top_up(operator, northwind).json()["balance"] for _ in range(3)] == ["25.50"] * 3


def test_a_reference_that_was_used_for_another_payment_is_a_conflict(
    operator: Api, product: Product, northwind: str
) -> None:
    top_up(operator, northwind)
    contoso = product.organization("Contoso Labs")
    answers = [top_up(operator, northwind, "30"), top_up(operator, contoso)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "conflict")] * 2


def test_the_package_and_the_api_know_each_others_payments(operator: Api, product: Product, northwind: str) -> None:
    top_up(operator, northwind, reference="4711")
    product.top_up(northwind, "25.50", operation="top_up:4711")
    assert operator.get(BALANCE, params={"organization_id": northwind}).json()["balance"] == "25.50"


def test_it_is_written_down_who_recorded_it(operator: Api, product: Product, northwind: str) -> None:
    for _ in range(2):
        top_up(operator, northwind)
    with product.database.read() as connection:
        rows = connection.execute(audit_record.select().where(audit_record.c.action == "balance.topped_up")).all()
    assert [(row.organization_id, row.actor_kind, row.after) for row in rows] == [
        (northwind, "api_key", {"amount": "25.50 USD", "reference": "bank 4711"})
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "0.0000000001"}, "amount"),
        ({"amount": "99999999999"}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": "5", "reference": ""}, "reference"),
        ({"amount": "5", "reference": "a\nb"}, "reference"),
        ({"amount": "5", "currency": "EUR"}, "currency"),
        ({"amount": "5", "note": "?"}, "note"),
    ],
    ids=str,
)
def test_what_cannot_be_recorded_is_named_and_changes_nothing(
    operator: Api, northwind: str, body: dict[str, Any], field: str
) -> None:
    answer = top_up(operator, northwind, **body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_input", field)
    assert operator.get(BALANCE, params={"organization_id": northwind}).json()["balance"] == "0.00"


def test_more_than_can_be_counted_is_refused(operator: Api, northwind: str) -> None:
    assert top_up(operator, northwind, "9000000000", "1").status_code == 200
    answer = top_up(operator, northwind, "9000000000", "2")
    assert (answer.status_code, answer.json()["field"]) == (422, "amount")


def test_an_unknown_organization_gets_no_money(operator: Api) -> None:
    assert top_up(operator, "org_none").status_code == 404


@pytest.mark.parametrize("role", [*MemberRole, StaffRole.ANALYST], ids=str)
def test_only_who_runs_the_product_may_record_payments(api: Api, northwind: str, role: MemberRole) -> None:
    api.signed_in(role, northwind)
    answer = top_up(api, northwind)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_an_organizations_own_key_cannot_make_money(api: Api, northwind: str) -> None:
    answer = top_up(api, northwind)
    assert (answer.status_code, answer.json()["permission"]) == (403, "grant_credits")
