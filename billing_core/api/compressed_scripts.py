"""Sends Streamlit's scripts and styles compressed: they are several megabytes and never change while we run."""

import asyncio
import gzip
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SUFFIXES = (".js", ".css")
FOLDER = "/static/"
LEVEL = 6


class CompressedScripts:
    """ASGI middleware that compresses each script once and keeps the result; everything else passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, tuple[Message, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_compress(scope):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path not in self._kept:
            start, body = await self._fetch(scope)
            if start["status"] != HTTPStatus.OK:
                await _answer(send, start, body)
                return
            self._kept[path] = _compressed(start, body)
        await _answer(send, *self._kept[path])

    async def _fetch(self, scope: Scope) -> tuple[Message, bytes]:
        """The whole answer of the application: without conditions that could make it empty, and to a client that
        never hangs up, because what is kept is kept for everyone."""
        started: list[Message] = []
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            else:
                body.extend(message.get("body", b""))

        headers = [
            (name, value) for name, value in scope["headers"] if not name.startswith(b"if-") and name != b"range"
        ]
        await self._app({**scope, "headers": headers, "extensions": {}}, _never_hang_up(), collect)
        return started[0], bytes(body)


def _never_hang_up() -> Receive:
    requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        return requests.pop() if requests else await asyncio.get_running_loop().create_future()

    return receive


async def _answer(send: Send, start: Message, body: bytes) -> None:
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _may_compress(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith(FOLDER)
        and scope["path"].endswith(SUFFIXES)
        and "gzip" in Headers(scope=scope).get("accept-encoding", "")
    )


def _compressed(start: Message, body: bytes) -> tuple[Message, bytes]:
    packed = gzip.compress(body, LEVEL, mtime=0)
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    headers.add_vary_header("Accept-Encoding")
    return {**start, "headers": headers.raw}, packed
