"""Connections that send one request after the other and stay open: raw HTTP/1.1, so that the caller costs little."""

import asyncio
import json
from collections import deque
from typing import cast

from benchmarks.setting import FEATURE

HOST = "127.0.0.1"
# An event as `setting.an_event` makes it, with a place for its id.
EVENT = json.dumps(
    {
        "id": "%s",
        "feature": FEATURE,
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1_200,
        "output_tokens": 350,
        "cache_read_tokens": 256,
        "latency_ms": 840,
    }
)
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Connections:
    """As many connections as there are requests under way at the same time, until their event loop ends."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._head = f"Host: {HOST}:{port}\r\nAuthorization: Bearer {secret}\r\n".encode()
        self._idle: deque[_Connection] = deque()

    async def get(self, path: str) -> bytes:
        """The body of the answer; RuntimeError for any status but 200."""
        return await self._ask(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), self._head))

    async def post(self, path: str, body: bytes) -> bytes:
        """As `get`, for a body of JSON."""
        length = str(len(body)).encode()
        return await self._ask(
            b"POST %b HTTP/1.1\r\n%bContent-Type: application/json\r\nContent-Length: %b\r\n\r\n%b"
            % (path.encode(), self._head, length, body)
        )

    async def _ask(self, request: bytes) -> bytes:
        if self._idle:
            connection = self._idle.popleft()
        else:
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, HOST, self._port)
        answer = await connection.ask(request)
        self._idle.append(connection)
        return answer


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> bytes:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_END_OF_HEAD)
        if not end or self._answer is None:
            return
        length = int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        if head.startswith(b"HTTP/1.1 200"):
            self._answer.set_result(body)
        else:
            self._answer.set_exception(RuntimeError(f"{head!r} {body!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or RuntimeError("the server closed the connection"))
