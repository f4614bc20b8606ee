"""Tokens that the middleware reads in what a product answers."""

import asyncio
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from billing_core.sdk.asgi import Receive, Scope, Send
from billing_core.sdk.middleware import BillingMiddleware
from tests.sdk.billed_site import CHUNKS, COMPLETION, ROUTES, site
from tests.sdk.recorded import only


def test_tokens_are_read_from_a_json_answer_when_asked_for(acme: str) -> None:
    with site(acme, reads_tokens=True) as client:
        assert client.get("/completion").json() == COMPLETION
    event = only()
    assert (event["provider"], event["model"]) == ("openai", "gpt-4")
    assert (event["input_tokens"], event["output_tokens"], event["units"]) == (30, 12, 1)
    assert event["properties"]["usage"] == COMPLETION["usage"]
    assert event["properties"]["path"] == "/completion"


def test_tokens_are_left_alone_when_nobody_asks(acme: str) -> None:
    with site(acme) as client:
        client.get("/completion")
    assert (only()["input_tokens"], only()["model"]) == (0, None)


def test_tokens_are_read_from_an_event_stream_that_arrives_as_it_was_sent(acme: str) -> None:
    sent: list[Any] = []

    async def spying(scope: Scope, receive: Receive, send: Send) -> None:
        async def spy(message: Any) -> None:
            sent.append(message)
            await send(message)

        await Starlette(routes=ROUTES)(scope, receive, spy)

    arrived: list[Any] = []
    middleware = BillingMiddleware(spying, feature="chat", organization=lambda _: acme, reads_tokens=True)

    async def call() -> None:
        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            arrived.append(message)

        scope = {"type": "http", "asgi": {"version": "3.0"}, "method": "GET", "path": "/stream", "headers": []}
        await middleware({**scope, "query_string": b"", "root_path": ""}, receive, send)

    asyncio.run(call())
    middleware.recorder.close()
    assert all(ours is theirs for ours, theirs in zip(arrived, sent, strict=True))
    assert len(arrived) == 2 + len(CHUNKS) + 1
    assert (only()["model"], only()["input_tokens"], only()["output_tokens"]) == ("gpt-4", 30, 12)
    assert "is_partial" not in only()["properties"]


def test_compressed_answers_are_left_alone(acme: str) -> None:
    async def packed(request: StarletteRequest) -> Response:
        return Response(b"\x1f\x8b", headers={"content-encoding": "gzip"}, media_type="application/json")

    app = Starlette(routes=[Route("/", packed)])
    middleware = BillingMiddleware(app, feature="chat", organization=lambda _: acme, reads_tokens=True)

    async def call() -> None:
        transport = httpx.ASGITransport(middleware)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
            client.stream("GET", "/") as response,
        ):
            assert response.status_code == 200

    asyncio.run(call())
    middleware.recorder.close()
    assert only()["model"] is None
