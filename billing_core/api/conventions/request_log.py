"""The outermost layer: a request id, the headers every answer gets, one line of log and one measurement a request."""

import re
from collections.abc import Callable
from time import perf_counter

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing_core.api.conventions.problems import problem_answer
from billing_core.api.conventions.request_facts import RequestFacts, facts_of
from billing_core.bootstrap.logs import requests
from billing_core.domain.clock import Clock
from billing_core.domain.ids import new_ids

REQUEST_ID = "X-Request-Id"
IDS_AT_ONCE = 1_000
_REQUEST_ID = re.compile(r"[\w.:-]{8,128}")
_REQUEST_ID_HEADER = REQUEST_ID.lower().encode()
_USUAL = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))

# Method, path of the route, status, seconds.
Measure = Callable[[str, str, int, float], None]


class RequestLog:
    """ASGI middleware. Answers what nobody foresaw with a problem.

    Takes the sender's X-Request-Id over where it looks like one; a trailing slash is ignored.
    """

    def __init__(self, app: ASGIApp, clock: Clock, measure: Measure) -> None:
        self._app = app
        self._clock = clock
        self._measure = measure
        self._ids: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = _without_trailing_slash(scope)
        facts = facts_of(scope)
        facts.request_id = self._request_id(scope)
        begun = perf_counter()
        status: int | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                headers += [header for header in _USUAL if header[0] not in said]
                headers += [(name.lower().encode(), text.encode()) for name, text in facts.headers.items()]
                headers.append((_REQUEST_ID_HEADER, facts.request_id.encode()))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if status is not None:
                raise
            answer = problem_answer(Request(scope), error)
            await answer(scope, receive, send_with_headers)
        finally:
            self._note(scope, facts, status or 500, perf_counter() - begun)

    def _request_id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        return given if _REQUEST_ID.fullmatch(given) else self._new_id()

    def _new_id(self) -> str:
        """Some at once, as asking the system for randomness takes longer than most of what is done here."""
        if not self._ids:
            self._ids = new_ids("req", self._clock.now(), IDS_AT_ONCE)[::-1]
        return self._ids.pop()

    def _note(self, scope: Scope, facts: RequestFacts, status: int, seconds: float) -> None:
        route = path_of_route(scope)
        self._measure(scope["method"], route, status, seconds)
        requests.write(
            {
                "at": self._clock.now().isoformat(timespec="milliseconds"),
                "method": scope["method"],
                "route": route,
                "status": status,
                "microseconds": int(seconds * 1_000_000),
                "request_id": facts.request_id,
                "caller": facts.caller.id if facts.caller else None,
            }
        )


def path_of_route(scope: Scope) -> str:
    """The path with names in place of values, `/v1/plans/{code}`; one word for what no route takes."""
    route = scope.get("route")
    return route.path if isinstance(route, Route) else "unknown"


def _without_trailing_slash(scope: Scope) -> Scope:
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if not path.endswith("/") or path.rstrip("/") in ("", root):
        return scope
    return {**scope, "path": path.rstrip("/"), "raw_path": path.rstrip("/").encode()}
