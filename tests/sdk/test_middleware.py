"""A product's API whose calls are recorded as they are answered."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from billing_core.sdk import BillingManager, billing_context
from billing_core.sdk.asgi import Receive, Scope, Send
from billing_core.sdk.context import BillingContext
from billing_core.sdk.middleware import BillingMiddleware
from tests.sdk.billed_site import ROUTES, site
from tests.sdk.recorded import only, recorded


def test_a_call_is_recorded_with_what_it_was_and_how_it_went(acme: str) -> None:
    with site(acme) as client:
        assert client.get("/hello").text == "hello"
    event = only()
    assert (event["organization_id"], event["feature"], event["source"]) == (acme, "chat", "middleware")
    assert (event["units"], event["is_error"], event["input_tokens"]) == (1, 0, 0)
    assert event["latency_ms"] >= 0
    assert event["properties"] == {"method": "GET", "path": "/hello", "status": 200}
    assert BillingManager.check_limit(acme, "chat") == 9_999


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_call_that_failed_is_recorded_as_such_and_costs_nothing(acme: str, status: int) -> None:
    with site(acme) as client:
        assert client.get(f"/refuse/{status}").status_code == status
    event = only()
    assert event["is_error"]
    assert event["properties"] == {"method": "GET", "path": "/refuse/{status}", "status": status}
    assert BillingManager.check_limit(acme, "chat") == 10_000


def test_an_exception_of_the_product_is_recorded_and_goes_on_its_way(acme: str) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("the product's own error")

    middleware = BillingMiddleware(broken, feature="chat", organization=lambda _: acme)
    client = TestClient(middleware)
    with pytest.raises(RuntimeError, match="the product's own error"):
        client.get("/hello")
    middleware.recorder.close()
    event = only()
    assert event["is_error"]
    assert event["properties"] == {"method": "GET", "path": "/hello", "status": 500, "is_partial": True}


def test_an_answer_that_breaks_off_is_recorded_as_partial_and_charged(acme: str) -> None:
    async def breaking(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"some", "more_body": True})
        raise asyncio.CancelledError

    middleware = BillingMiddleware(breaking, feature="chat", organization=lambda _: acme)

    async def call() -> None:
        async def nothing(*_: Any) -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        with pytest.raises(asyncio.CancelledError):
            await middleware({"type": "http", "method": "GET", "path": "/"}, nothing, nothing)

    asyncio.run(call())
    middleware.recorder.close()
    assert only()["properties"] == {"method": "GET", "path": "/", "status": 200, "is_partial": True}
    assert not only()["is_error"]


def test_the_organization_may_be_found_where_a_route_has_put_it(acme: str) -> None:
    app = FastAPI()

    @app.get("/items/{number}")
    async def item(number: int, request: Request) -> int:
        request.state.organization_id = acme
        return number

    found = BillingMiddleware(app, feature="chat", organization=lambda scope: scope["state"].get("organization_id"))
    with TestClient(found) as client:
        assert client.get("/items/7").json() == 7
    found.recorder.close()
    assert (only()["organization_id"], only()["properties"]["path"]) == (acme, "/items/{number}")


def test_code_inside_is_in_the_context_of_whoever_calls(acme: str) -> None:
    with site(BillingContext(organization=acme, run="run-7")) as client:
        assert client.get("/who").text == acme
    assert only()["run"] == "run-7"


def test_the_context_around_the_middleware_says_who_calls(acme: str) -> None:
    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        with billing_context(organization=acme, run="night"):
            await inner(scope, receive, send)

    inner = BillingMiddleware(Starlette(routes=ROUTES), feature="chat")
    with TestClient(outer) as client:
        client.get("/hello")
    inner.recorder.close()
    assert (only()["organization_id"], only()["run"]) == (acme, "night")


def test_what_is_excluded_preflights_and_web_sockets_pass_through_unrecorded(acme: str) -> None:
    with site(acme, exclude=["/health", "/hello"]) as client:
        assert client.get("/health/live").text == client.get("/hello").text == "hello"
        client.options("/who")
        with client.websocket_connect("/talk") as socket:
            assert socket.receive_text() == "hello"
        assert client.get("/healthy-food").text == "hello"
    assert only()["properties"]["path"] == "/healthy-food"


def test_each_path_may_be_a_feature_of_its_own_or_none(acme: str) -> None:
    features = {"/hello": "chat", "/completion": "completion"}
    with site(acme, feature=lambda scope: features.get(scope["path"])) as client:
        for path in ("/hello", "/completion", "/who"):
            assert client.get(path).status_code == 200
    assert [event["feature"] for event in recorded()] == ["chat", "completion"]


def test_an_id_that_comes_with_the_request_does_not_make_two_calls_one(acme: str) -> None:
    with site(acme) as client:
        for _ in range(2):
            client.get("/hello", headers={"x-request-id": "the-same", "idempotency-key": "the-same"})
    assert len(recorded()) == 2


def test_a_call_of_nobody_is_answered_and_told_in_the_log(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    with site(lambda _: None) as client:
        assert client.get("/hello").text == "hello"
    assert recorded() == []
    assert "nobody" in caplog.text


@pytest.mark.parametrize("organization", ["", "x" * 300, 7, BillingContext(organization="a\nb")])
def test_a_function_that_names_nonsense_fails_no_call(
    acme: str, organization: object, caplog: pytest.LogCaptureFixture
) -> None:
    with site(lambda _: organization) as client:
        assert client.get("/hello").text == "hello"
    assert recorded() == []
    assert "who is charged could not be found out" in caplog.text


def test_a_function_that_raises_fails_no_call(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Scope) -> str:
        raise KeyError("session")

    with site(broken) as client:
        assert client.get("/hello").text == "hello"
    with site(acme, feature=broken) as client:
        assert client.get("/hello").text == "hello"
    assert recorded() == []
    assert "KeyError" in caplog.text


def test_what_fails_after_the_answer_is_out_does_not_make_it_a_failed_call(acme: str) -> None:
    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("done")(scope, receive, send)
        raise RuntimeError("in the background")

    middleware = BillingMiddleware(late, feature="chat", organization=lambda _: acme)
    with pytest.raises(RuntimeError):
        TestClient(middleware).get("/")
    middleware.recorder.close()
    assert (only()["is_error"], only()["properties"]["status"]) == (False, 200)
    assert "is_partial" not in only()["properties"]
