"""The words of ASGI, as far as they are needed: an application is what takes a scope and two channels."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from billing_core.domain.errors import BillingError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_problem(send: Send, status: int, error: BillingError) -> None:
    """Answer a request with RFC 9457 problem details, in the form that our own API gives them."""
    problem: dict[str, Any] = {
        "type": f"urn:tollbooth:problem:{error.code}",
        "title": error.message,
        "status": status,
        "code": error.code,
        **({"field": error.field} if error.field else {}),
        **error.details,
    }
    body = json.dumps(problem, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def path_of(scope: Scope) -> str:
    """The path with names in place of values, `/chats/{id}`, where a router has said so; else the path."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) and template else str(scope["path"])
