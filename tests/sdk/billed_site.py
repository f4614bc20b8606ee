"""A product's API inside the middleware."""

import json
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from billing_core.sdk import current_context
from billing_core.sdk.middleware import BillingMiddleware

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
    "usage": {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42},
}
CHUNKS = [
    {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4", "choices": [{"delta": {"content": "Hel"}}]},
    {
        "id": "c",
        "object": "chat.completion.chunk",
        "model": "gpt-4",
        "choices": [{"delta": {}, "finish_reason": "stop"}],
    },
    {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4", "choices": [], "usage": COMPLETION["usage"]},
]


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def completion(request: Request) -> Response:
    return JSONResponse(COMPLETION)


async def stream(request: Request) -> Response:
    async def events() -> AsyncIterator[bytes]:
        for chunk in CHUNKS:
            yield f"data: {json.dumps(chunk)}\n\n".encode()
        yield b"data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def refuse(request: Request) -> Response:
    return JSONResponse({"error": "no"}, status_code=int(request.path_params["status"]))


async def fail(request: Request) -> Response:
    raise RuntimeError("the product's own error")


async def who(request: Request) -> Response:
    return PlainTextResponse(current_context().organization or "nobody")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


ROUTES = [
    Route("/hello", hello, methods=["GET", "POST"]),
    Route("/completion", completion),
    Route("/stream", stream),
    Route("/refuse/{status}", refuse),
    Route("/fail", fail),
    Route("/who", who),
    Route("/health/live", hello),
    Route("/healthy-food", hello),
    WebSocketRoute("/talk", talk),
]


class Site(TestClient):
    """A product with the middleware; `settle` waits until what was recorded is charged."""

    def __init__(self, organization: Any, **options: Any) -> None:
        app = Starlette(routes=ROUTES)
        options.setdefault("feature", "chat")
        self.middleware = BillingMiddleware(app, organization=organization, **options)
        super().__init__(self.middleware, raise_server_exceptions=False)

    def settle(self) -> None:
        assert self.middleware.recorder.flush(30)


@contextmanager
def site(organization_id: Any, **options: Any) -> Generator[Site]:
    found = organization_id if callable(organization_id) else lambda _: organization_id
    with Site(found, **options) as client:
        yield client
    client.middleware.recorder.close()
