"""One call of a product's API while it is answered, and what it came to."""

from asyncio import CancelledError
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Any

from billing_core.domain.usage import TEXT_MAX, UsageEvent
from billing_core.domain.used import Used
from billing_core.sdk.asgi import Message, Scope, Send, path_of
from billing_core.sdk.metered_use import latest
from billing_core.sdk.response_copy import ResponseCopy, copy_for

MS_PER_SECOND = 1_000
FAILED = 400
SERVER_ERROR = 500
CLIENT_CLOSED_REQUEST = 499
_BODIES = frozenset({"http.response.body", "http.response.zerocopysend", "http.response.pathsend"})


class ObservedCall:
    """`at` is when it began; its latency is the time to the last byte of the response."""

    __slots__ = ("_began", "_copy", "_is_complete", "_latency_ms", "_method", "_path", "_reads_tokens", "_status", "at")

    def __init__(self, at: datetime, *, reads_tokens: bool) -> None:
        self.at = at
        self._reads_tokens = reads_tokens
        self._copy: ResponseCopy | None = None
        self._status = 0
        self._is_complete = False
        self._latency_ms = 0
        self._method = self._path = ""
        self._began = perf_counter()

    def watch(self, send: Send) -> Send:
        """The channel of the response, with an eye on what goes through it."""

        async def watched(message: Message) -> None:
            kind = message["type"]
            if kind in _BODIES:
                if self._copy is not None:
                    self._copy.add(message.get("body", b""))
                self._is_complete = not message.get("more_body", False)
            elif kind == "http.response.start":
                self._status = message["status"]
                if self._reads_tokens:
                    self._copy = copy_for(message.get("headers", ()))
            await send(message)

        return watched

    def fail(self, error: BaseException) -> None:
        """The application raised: before it answered that is an error, and later the response broke off."""
        if not self._status:
            self._status = CLIENT_CLOSED_REQUEST if isinstance(error, CancelledError) else SERVER_ERROR

    def end(self, scope: Scope) -> None:
        """The application is done."""
        self._latency_ms = int((perf_counter() - self._began) * MS_PER_SECOND)
        self._method, self._path = scope["method"], path_of(scope)

    def used(self, announced: UsageEvent) -> Used:
        """What it came to; it takes as long as reading the copy of the response does."""
        call = self._copy.metered() if self._copy is not None else None
        is_error = self._status >= FAILED or not self._status
        used = latest(call, announced, latency_ms=self._latency_ms, is_error=is_error)
        facts: dict[str, Any] = {"method": self._method, "path": self._path[:TEXT_MAX], "status": self._status}
        if not self._is_complete:
            facts["is_partial"] = True
        return replace(used, properties={**(used.properties or {}), **facts})
