"""Usage over HTTP: one result per event, once each, refused with the field at fault."""

from typing import Any

import pytest

from billing_core.api.routers.events_charged import ResultsOut
from billing_core.domain.organizations import ApiScope
from billing_core.services.charging.group_commit import QUEUE_MAX
from tests.api.conftest import Api
from tests.product import Product

EVENTS = "/api/v1/events"
EVENT = {"id": "req_1", "feature": "generate_content", "time": "2026-11-20T11:00:00Z"}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-2024-08-06",
    "usage": {"prompt_tokens": 374, "completion_tokens": 44, "total_tokens": 418},
}


def results(api: Api, sent: object, **options: Any) -> list[dict[str, Any]]:
    answer = api.post(EVENTS, json=sent, **options)
    assert answer.status_code == 200, answer.text
    ResultsOut.model_validate(answer.json())
    return answer.json()["results"]


def test_an_event_is_charged_and_the_same_again_is_a_duplicate(api: Api) -> None:
    (first,) = results(api, EVENT)
    (second,) = results(api, [EVENT])
    assert (first["status"], first["charge"]["credits"], first["charge"]["measured"]) == ("accepted", "10.00", 1)
    assert second == first | {"status": "duplicate"}
    assert api.get("/api/v1/billing/balance").json()["credits"] == "5.00"


def test_each_event_of_a_list_gets_its_own_result(api: Api) -> None:
    found = results(
        api,
        [
            EVENT,
            EVENT | {"id": "2", "feature": "nothing"},
            EVENT | {"id": "3", "input_tokens": -1},
            EVENT | {"units": 2},
            EVENT | {"id": "5", "units": 1.5},
            EVENT | {"id": 6},
            "no event",
            {"feature": "generate_content", "response": {"model": "gpt-4o"}},
            EVENT | {"id": "\x00"},
            EVENT | {"id": "10", "time": "2027-01-01T00:00:00Z"},
        ],
    )
    assert [result["status"] for result in found] == ["accepted", *["rejected"] * 2, "conflict", *["rejected"] * 6]
    assert [result["error"]["code"] for result in found[1:4]] == ["not_found", "invalid_input", "event_conflict"]
    assert [result.get("error", {}).get("field") for result in found] == [
        None,
        "feature",
        "input_tokens",
        "id",
        "units",
        "id",
        "body",
        "response.usage",
        "id",
        "time",
    ]
    assert [result["id"] for result in found][3:7] == ["req_1", "5", None, None]


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2026-11-20T11:00:00"},
        {"time": 1_700_000_000},
        {"units": 1.5},
        {"units": "1"},
        {"unknown": 1},
        {"is_error": 1},
        {"id": None},
        {"id": ""},
        {"id": "x" * 201},
        {"input_tokens": -1},
        {"units": 10**30},
    ],
)
def test_what_does_not_fit_the_schema_is_a_problem_that_names_the_field(api: Api, change: dict[str, object]) -> None:
    answer = api.post(EVENTS, json=EVENT | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == next(iter(change))


@pytest.mark.parametrize("sent", [[], [EVENT] * 1_001, "event", 1, False])
def test_what_is_neither_an_event_nor_a_list_of_some_is_refused(api: Api, sent: object) -> None:
    answer = api.post(EVENTS, json=sent)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")


def test_the_body_that_a_provider_answered_with_is_read(api: Api, product: Product, northwind: str) -> None:
    (first,) = results(api, {"feature": "generate_content", "response": ANSWER})
    (again,) = results(api, {"feature": "generate_content", "response": ANSWER, "id": "chatcmpl-1"})
    assert (first["id"], first["status"], again["status"]) == ("chatcmpl-1", "accepted", "duplicate")
    with product.read(northwind) as uow:
        (known,) = uow.charging.known([(northwind, "api", "chatcmpl-1")]).values()
    assert known.receipt.provider_cost is not None
    assert known.receipt.provider_cost.decimal_text == "0.001375"


def test_an_answer_with_no_id_of_its_own_needs_one(api: Api) -> None:
    nameless = {key: value for key, value in ANSWER.items() if key != "id"}
    (result,) = results(api, {"feature": "generate_content", "response": nameless})
    assert (result["id"], result["status"], result["error"]["field"]) == (None, "rejected", "id")


def test_counts_beside_an_answer_are_refused(api: Api) -> None:
    answer = api.post(EVENTS, json={"feature": "generate_content", "response": ANSWER, "input_tokens": 5})
    assert (answer.status_code, answer.json()["field"]) == (422, "input_tokens")


def test_an_operator_names_the_organization_of_each_event(api: Api, product: Product, northwind: str) -> None:
    other = product.organization("Contoso Labs", credits="20")
    api.as_(api.key(None, ApiScope.CHARGE))
    found = results(
        api,
        [
            EVENT | {"organization_id": northwind},
            EVENT | {"organization_id": other},
            EVENT,
            EVENT | {"organization_id": "org_none"},
        ],
    )
    assert [result["status"] for result in found] == ["accepted", "accepted", "rejected", "rejected"]
    assert [result["charge"]["organization_id"] for result in found[:2]] == [northwind, other]
    assert [result["error"]["field"] for result in found[2:]] == ["organization_id", "organization_id"]
    (named,) = results(api, EVENT | {"id": "2"}, params={"organization_id": other})
    assert named["charge"]["organization_id"] == other


@pytest.mark.parametrize("named", ["", "x" * 101])
def test_what_can_be_no_organization_is_refused(api: Api, named: str) -> None:
    answer = api.as_(api.key(None)).post(EVENTS, json=[EVENT], params={"organization_id": named})
    assert (answer.status_code, answer.json()["field"]) == (422, "organization_id")


def test_a_key_never_reaches_another_organization(api: Api, product: Product, northwind: str) -> None:
    other = product.organization("Contoso Labs", credits="20")
    found = results(api, [EVENT | {"organization_id": other}, EVENT | {"organization_id": "org_none"}]) + results(
        api, EVENT | {"organization_id": other}
    )
    assert [(result["status"], result["error"]["code"]) for result in found] == [("rejected", "not_found")] * 3
    assert found[0]["error"]["title"].replace(other, "org_none") == found[1]["error"]["title"]
    assert results(api, EVENT | {"organization_id": northwind})[0]["status"] == "accepted"
    assert api.post(EVENTS, json=EVENT, params={"organization_id": other}).status_code == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer tbk_guess", "Basic dGJr", "tbk_guess"])
def test_without_a_key_that_is_known_nothing_is_told(api: Api, authorization: str) -> None:
    answer = api.post(EVENTS, json=EVENT, headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_refused")


def test_a_key_does_only_what_its_scopes_allow(api: Api, northwind: str) -> None:
    for secret in (api.key(northwind, ApiScope.READ), api.key(None, ApiScope.READ)):
        answer = api.as_(secret).post(EVENTS, json=EVENT | {"organization_id": northwind})
        assert (answer.status_code, answer.json()["permission"]) == (403, "charge_usage")


def test_another_content_type_is_refused(api: Api) -> None:
    answer = api.post(EVENTS, content=b"id=1", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


CLOUD_EVENT = {
    "specversion": "1.0",
    "type": "ai.tollbooth.usage",
    "id": "8f2c",
    "source": "/products/assistant",
    "time": "2026-11-20T11:00:00Z",
    "data": {"feature": "generate_content", "units": 1},
}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BATCHED = {"Content-Type": "application/cloudevents-batch+json"}


def test_a_cloud_event_is_an_event_in_each_of_its_modes(api: Api) -> None:
    (structured,) = results(api, CLOUD_EVENT, headers=STRUCTURED)
    (batched,) = results(api, [CLOUD_EVENT], headers=BATCHED)
    attributes = {f"ce-{name}": str(value) for name, value in CLOUD_EVENT.items() if name != "data"}
    (binary,) = results(api, CLOUD_EVENT["data"], headers=attributes)
    assert structured["status"] == "accepted"
    assert structured["charge"]["source"] == "/products/assistant"
    assert batched == binary == structured | {"status": "duplicate"}


def test_the_data_of_a_cloud_event_may_be_the_body_of_an_answer(api: Api) -> None:
    (result,) = results(api, CLOUD_EVENT | {"data": ANSWER, "feature": "generate_content"}, headers=STRUCTURED)
    assert (result["id"], result["status"]) == ("8f2c", "accepted")


def test_each_cloud_event_of_a_batch_gets_its_own_result(api: Api) -> None:
    found = results(
        api,
        [
            CLOUD_EVENT,
            CLOUD_EVENT | {"id": "2", "specversion": "0.3"},
            CLOUD_EVENT | {"id": "3", "data": {"feature": "generate_content", "units": 1.5}},
            CLOUD_EVENT | {"id": "4", "time": "today"},
            7,
        ],
        headers=BATCHED,
    )
    assert [result["status"] for result in found] == ["accepted", *["rejected"] * 4]
    assert [result["error"]["field"] for result in found[1:]] == ["specversion", "data.units", "time", "body"]
    assert [result["id"] for result in found] == ["8f2c", "2", "3", "4", None]
    assert results(api, [], headers=BATCHED) == []


@pytest.mark.parametrize(
    ("sent", "headers", "field"),
    [
        (CLOUD_EVENT | {"type": "other"}, STRUCTURED, "type"),
        (CLOUD_EVENT | {"data": {"units": 1}}, STRUCTURED, "data.feature"),
        ([CLOUD_EVENT], STRUCTURED, "body"),
        (CLOUD_EVENT, BATCHED, "body"),
        ([CLOUD_EVENT] * 1_001, BATCHED, "body"),
    ],
)
def test_what_is_no_cloud_event_is_refused(api: Api, sent: object, headers: dict[str, str], field: str) -> None:
    answer = api.post(EVENTS, json=sent, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("body", [b"{", b'{"data": NaN}', b'"\\ud800"', b"[" * 100_000])
def test_cloud_events_that_are_no_json_are_said_to_be_none(api: Api, body: bytes) -> None:
    answer = api.post(EVENTS, content=body, headers=STRUCTURED if not body.startswith(b"[") else BATCHED)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


@pytest.mark.parametrize("sent", [EVENT, [EVENT]])
def test_too_much_at_once_is_told_to_come_again(api: Api, product: Product, sent: object) -> None:
    product.charges.queued = QUEUE_MAX
    answer = api.post(EVENTS, json=sent)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "overloaded", "1")
    product.charges.queued = 0
    assert results(api, sent)[0]["status"] == "accepted"


def test_what_nobody_foresaw_is_a_problem_too(api: Api, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(product.charges, "submit_async", fail)
    answer = api.post(EVENTS, json=EVENT)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["instance"] == answer.headers["x-request-id"]


def test_an_address_with_a_slash_at_its_end_and_another_method_are_as_for_every_route(api: Api) -> None:
    assert api.post(EVENTS + "/", json=EVENT).status_code == 200
    assert api.put(EVENTS, json=EVENT).status_code == 405
