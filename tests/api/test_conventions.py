"""What every route does alike: callers, problems, keys of requests, limits, headers."""

import pytest

from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

EVENT = {"id": "req_1", "feature": "generate_content", "time": "2026-11-20T11:00:00Z"}
BALANCE = "/api/v1/billing/balance"


def test_without_a_key_the_answer_says_what_to_send(api: Api) -> None:
    answer = api.as_(None).get(BALANCE)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "api_key_refused"
    assert answer.json()["instance"] == answer.headers["x-request-id"]


def test_a_request_id_of_the_sender_is_kept_and_nonsense_is_not(api: Api) -> None:
    assert api.get(BALANCE, headers={"X-Request-Id": "trace-12345678"}).headers["x-request-id"] == "trace-12345678"
    assert api.get(BALANCE, headers={"X-Request-Id": "a b"}).headers["x-request-id"].startswith("req_")


def test_a_trailing_slash_makes_no_difference(api: Api) -> None:
    assert api.get(BALANCE + "/").json() == api.get(BALANCE).json()


def test_an_operator_names_the_organization(api: Api, northwind: str) -> None:
    api.as_(api.key(None, ApiScope.READ))
    assert api.get(BALANCE).json()["field"] == "organization_id"
    assert api.get(BALANCE, params={"organization_id": northwind}).status_code == 200
    assert api.get(BALANCE, params={"organization_id": "org_none"}).status_code == 404


def test_another_organization_is_not_there(api: Api, product: Product) -> None:
    other = product.organization("Contoso Labs")
    theirs = api.get(BALANCE, params={"organization_id": other})
    nobodys = api.get(BALANCE, params={"organization_id": "org_none"})
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["title"].replace(other, "org_none") == nobodys.json()["title"]


def test_an_id_that_no_database_can_keep_is_refused(api: Api) -> None:
    answer = api.as_(api.key(None)).get(BALANCE, params={"organization_id": "org\x00"})
    assert (answer.status_code, answer.json()["field"]) == (422, "organization_id")


def test_a_key_without_the_scope_is_refused(api: Api, northwind: str) -> None:
    answer = api.as_(api.key(northwind, ApiScope.CHARGE)).get(BALANCE)
    assert (answer.status_code, answer.json()["permission"]) == (403, "read_credits")


def test_the_same_key_and_body_are_answered_again_and_done_once(api: Api) -> None:
    headers = {"Idempotency-Key": "import-7"}
    first = api.post("/api/v1/events", json=EVENT, headers=headers)
    again = api.post("/api/v1/events", json=EVENT, headers=headers)
    assert again.json() == first.json()
    assert again.json()["results"][0]["status"] == "accepted"
    assert again.headers["idempotent-replayed"] == "true"


def test_the_same_key_with_another_body_is_a_conflict(api: Api) -> None:
    headers = {"Idempotency-Key": "import-7"}
    api.post("/api/v1/events", json=EVENT, headers=headers)
    answer = api.post("/api/v1/events", json=EVENT | {"id": "req_2"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_a_refusal_is_kept_under_its_key_too(api: Api) -> None:
    headers = {"Idempotency-Key": "import-7"}
    first = api.post("/api/v1/events", json=EVENT | {"unknown": 1}, headers=headers)
    again = api.post("/api/v1/events", json=EVENT | {"unknown": 1}, headers=headers)
    assert (again.status_code, again.json()) == (422, first.json())


def test_an_answer_is_kept_for_a_day(api: Api, product: Product) -> None:
    headers = {"Idempotency-Key": "import-7"}
    api.post("/api/v1/events", json=EVENT, headers=headers)
    product.clock.advance(hours=24)
    later = api.post("/api/v1/events", json=EVENT, headers=headers)
    assert later.json()["results"][0]["status"] == "duplicate"


def test_another_caller_may_use_the_same_key(api: Api, product: Product) -> None:
    headers = {"Idempotency-Key": "import-7"}
    api.post("/api/v1/events", json=EVENT, headers=headers)
    other = product.organization("Contoso Labs", credits="20")
    answer = api.as_(api.key(other)).post("/api/v1/events", json=EVENT | {"id": "theirs"}, headers=headers)
    assert answer.json()["results"][0]["status"] == "accepted"


@pytest.mark.parametrize("body", ['{"id": NaN}', "[" * 100_000, '{"id": 1' + "0" * 5_000 + "}", "{", '"\\ud800', ""])
def test_what_is_no_json_is_said_to_be_none(api: Api, body: str) -> None:
    answer = api.post("/api/v1/events", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    answer = api.post("/api/v1/events", content=b" " * 5_000_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_guessing_keys_is_slowed_down(api: Api) -> None:
    answers = [api.as_(f"tbk_{number}").get(BALANCE) for number in range(70)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert int(answers[-1].headers["retry-after"]) > 0


def test_what_is_left_of_the_limit_is_told(api: Api) -> None:
    answer = api.get(BALANCE)
    assert answer.headers["ratelimit-policy"] == '"callers";q=100000;w=60'
    assert answer.headers["ratelimit"].startswith('"callers";r=99999;')


def test_a_revoked_key_is_refused_after_a_moment(api: Api, product: Product, northwind: str) -> None:
    secret = api.key(northwind)
    assert api.as_(secret).get(BALANCE).status_code == 200
    with product.write() as uow:
        api_key = product.api_keys.remembered(secret)
        assert api_key is not None
        uow.organizations.revoke_api_key(api_key.id, product.clock.now())
    product.api_keys._seconds = lambda: 10**9
    assert api.get(BALANCE).status_code == 401
