"""May this call run, and what would it cost: asked over HTTP before the call, with nothing taken for it."""

from dataclasses import replace
from typing import Any

import pytest

from billing_core.domain.organizations import ApiScope
from billing_core.domain.plans import Beyond
from tests.api.conftest import Api
from tests.builders import plan_terms
from tests.product import Product

ENTITLEMENTS = "/api/v1/entitlements"


@pytest.fixture
def stopping(api: Api, product: Product) -> str:
    """An organization on a plan that includes 3 uses of `chat` and stops there; the client has its key."""
    product.plan(replace(plan_terms(included=3, beyond=Beyond.STOP), seats_max=1))
    organization_id = product.organization("Contoso Labs", credits="5")
    api.as_(api.key(organization_id))
    return organization_id


def ask(api: Api, question: object) -> Any:
    answer = api.post(ENTITLEMENTS, json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_a_use_would_cost_is_told_and_nothing_is_taken(api: Api) -> None:
    question = {"feature": "generate_content"}
    told = [ask(api, question) for _ in range(2)]
    assert told[0] == told[1]
    assert (told[0]["allowed"], told[0]["reason"], told[0]["problem"]) == (True, None, None)
    assert told[0]["price"] == told[0]["credits"] == {"amount": "10.00", "currency": "CREDITS"}
    assert told[0]["balance"] == told[0]["overage"] == {"amount": "0.00", "currency": "USD"}
    assert told[0]["as_of"] == "2026-11-20T12:00:00Z"
    charged = api.post("/api/v1/events", json=question | {"id": "1"}).json()["results"][0]["charge"]
    assert charged["credits"] == told[0]["credits"]["amount"]


def test_a_use_that_was_charged_before_is_answered_with_what_it_cost(api: Api) -> None:
    use = {"feature": "generate_content", "source": "jobs"}
    api.post("/api/v1/events", json=use | {"id": "7"})
    assert not ask(api, use)["allowed"]
    before = ask(api, use | {"event_id": "7"})
    assert (before["allowed"], before["credits"]["amount"]) == (True, "10.00")
    refused = api.post(ENTITLEMENTS, json=use | {"event_id": "7", "units": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "event_conflict")


def test_what_stands_in_the_way_is_an_answer_with_its_numbers(api: Api) -> None:
    told = ask(api, {"feature": "generate_content", "units": 2})
    assert (told["allowed"], told["reason"]) == (False, "insufficient_funds")
    assert (told["problem"]["status"], told["problem"]["code"]) == (402, "insufficient_funds")
    assert (told["price"]["amount"], told["credits"]["amount"]) == ("20.00", "15.00")
    assert told["overage"]["amount"] == "0.50"


@pytest.mark.usefixtures("stopping")
def test_what_is_left_of_the_allowance_and_until_when_is_told(api: Api) -> None:
    api.post("/api/v1/events", json={"feature": "chat", "id": "1", "units": 2})
    fits, too_much = ask(api, [{"feature": "chat"}, {"feature": "chat", "units": 2}])
    assert (fits["allowed"], fits["measured"], fits["allowance"], fits["price"]["amount"]) == (True, 1, 1, "0.00")
    assert (fits["limit"], fits["remaining"], fits["resets_at"]) == (3, 1, too_much["resets_at"])
    assert (too_much["allowed"], too_much["reason"], too_much["problem"]["used"]) == (False, "limit_exceeded", 2)
    assert too_much["problem"]["resets_at"].startswith(too_much["resets_at"][:10])


@pytest.mark.usefixtures("stopping")
def test_each_question_of_a_list_is_answered_as_if_it_were_alone(api: Api) -> None:
    found = ask(api, [{"feature": "chat", "units": 3}, {"feature": "chat", "units": 3}, {"feature": "nothing"}])
    found += ask(api, [{"feature": "generate_content"}, {"feature": "chat", "model": "gpt-4o"}])
    assert [answer["allowed"] for answer in found] == [True, True, False, False, False]
    assert [answer["reason"] for answer in found[2:]] == ["not_found", "feature_not_included", "invalid_input"]
    assert [answer["problem"]["field"] for answer in found[2:]] == ["feature", "feature", "provider"]
    assert found[3]["price"] is None


def test_the_only_question_is_refused_where_it_cannot_be_answered(api: Api) -> None:
    unknown = api.post(ENTITLEMENTS, json={"feature": "nothing"})
    assert (unknown.status_code, unknown.json()["field"]) == (404, "feature")
    nobody = api.get(ENTITLEMENTS, params={"feature": "generate_content", "member": "mem_none"})
    assert (nobody.status_code, nobody.json()["field"]) == (404, "member")
    assert api.post(ENTITLEMENTS, json=[]).status_code == 422
    assert api.post(ENTITLEMENTS, json=[{"feature": "chat"}] * 101).status_code == 422
    assert api.post(ENTITLEMENTS, json={"feature": "chat", "units": -1}).json()["field"] == "units"


def test_a_single_question_may_be_asked_with_its_fields_in_the_address(api: Api) -> None:
    fields = {"feature": "generate_content", "provider": "openai", "model": "gpt-4o", "units": 2, "input_tokens": 10}
    assert api.get(ENTITLEMENTS, params=fields).json() == ask(api, fields)


def test_who_may_charge_may_ask_and_nobody_about_another_organization(
    api: Api, product: Product, northwind: str
) -> None:
    other = product.organization("Contoso Labs")
    asked = {"feature": "generate_content"}
    assert api.get(ENTITLEMENTS, params=asked | {"organization_id": other}).status_code == 404
    api.as_(api.key(northwind, ApiScope.READ))
    assert api.get(ENTITLEMENTS, params=asked).json()["permission"] == "charge_usage"
    api.as_(api.key(None, ApiScope.CHARGE))
    assert api.get(ENTITLEMENTS, params=asked).json()["field"] == "organization_id"
    assert api.get(ENTITLEMENTS, params=asked | {"organization_id": northwind}).json()["allowed"] is True
