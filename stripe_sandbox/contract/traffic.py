"""Records HTTP traffic of a Stripe client in front of an ASGI app, and holds both directions against the contract."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stripe_sandbox.contract.answers import check_answer
from stripe_sandbox.contract.declared import resource_class
from stripe_sandbox.contract.forms import MalformedForm, decode_form
from stripe_sandbox.contract.operations import Operation, match_operation
from stripe_sandbox.contract.requests import read_params


@dataclass(frozen=True)
class Exchange:
    """One request and its answer as they went over the wire, from `/v1/` on; without headers, so without any key."""

    method: str
    path: str
    query: str
    body: str
    status: int
    answer: str


@dataclass
class Recorder:
    """An ASGI app that passes everything on and keeps the API's exchanges in `exchanges`."""

    app: ASGIApp
    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/v1/" not in scope["path"]:
            await self.app(scope, receive, send)
            return
        request, answer, status = bytearray(), bytearray(), 0

        async def receive_and_keep() -> Message:
            message = await receive()
            request.extend(message.get("body", b""))
            return message

        async def send_and_keep(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answer.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                # Kept before the client hears the end of it, so that whoever has an answer finds it here.
                self._keep(scope, request, status, answer)
            await send(message)

        await self.app(scope, receive_and_keep, send_and_keep)

    def _keep(self, scope: Scope, request: bytearray, status: int, answer: bytearray) -> None:
        path = "/v1/" + scope["path"].split("/v1/", 1)[1]
        query = scope["query_string"].decode()
        self.exchanges.append(Exchange(scope["method"], path, query, request.decode(), status, answer.decode()))


def check_exchange(exchange: Exchange) -> list[str]:
    """What of a request the SDK's types reject and, when it was granted, what of the answer they do not declare."""
    operation = match_operation(exchange.method, exchange.path)
    if operation is None:
        return [f"{exchange.method} {exchange.path}: the API has no such request"]
    problems = [
        f"{operation.method} {operation.template}: {problem}" for problem in _check_request(operation, exchange)
    ]
    if 200 <= exchange.status < 300:
        problems += [f"{operation.method} {operation.template}: {each}" for each in _check_answer(operation, exchange)]
    return problems


def _check_request(operation: Operation, exchange: Exchange) -> list[str]:
    try:
        form = decode_form("&".join(filter(None, (exchange.query, exchange.body))))
    except MalformedForm as error:
        return [str(error)]
    return [problem.message for problem in read_params(operation.params, form)[1]]


def _check_answer(operation: Operation, exchange: Exchange) -> list[str]:
    try:
        answer = json.loads(exchange.answer)
    except ValueError:
        return ["the answer is not JSON"]
    return check_answer(answer) or _check_kind(operation.answer, answer)


def _check_kind(declared: str, answer: dict[str, Any]) -> list[str]:
    """`declared` is the annotation of the SDK's method, such as `Customer` or `ListObject[Customer]`."""
    is_list = answer["object"] == "list"
    entries: list[dict[str, Any]] = answer["data"] if is_list else [answer]
    kinds = {getattr(resource_class(entry["object"]), "__name__", "") for entry in entries}
    wanted = declared.removeprefix("ListObject[").removesuffix("]")
    if is_list != declared.startswith("ListObject[") or kinds - {wanted}:
        return [f"answered with {answer['object']} of {sorted(kinds)} where {declared} is declared"]
    return []
