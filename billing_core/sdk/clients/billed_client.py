"""Official clients of model providers whose calls are billed.

A billed client is a client of its own kind: whatever it offers is there, and helpers built on it are billed too, since
all of them end in its public method `post`. Neither package is imported here.
"""

import inspect
from typing import Any, TypeVar

from billing_core.domain.errors import InvalidInput
from billing_core.sdk.clients.answers import is_raw, plain, raw_body
from billing_core.sdk.clients.model_calls import ModelCalls
from billing_core.sdk.clients.model_use import ModelUse
from billing_core.sdk.clients.streams import billed_async_stream, billed_stream
from billing_core.sdk.unhurried import unhurried

Client = TypeVar("Client")
_OF_KIND = "tollbooth_bills"


def billed_client(client: Client, calls: ModelCalls) -> Client:
    """A copy of the client, on the same connections, whose calls are billed; its own copies are billed too.

    One that is billed already is billed by these terms instead.
    InvalidInput for what is no client of the official packages.
    """
    kind: Any = getattr(client, _OF_KIND, type(client))
    copy: Any = getattr(client, "with_options", None)
    if copy is None or not callable(getattr(client, "post", None)):
        raise InvalidInput(f"{kind.__name__} is no client of the official packages.", field="client")
    is_async = inspect.iscoroutinefunction(inspect.unwrap(kind.post))
    post = _posting_async(kind, calls) if is_async else _posting(kind, calls)
    billed = copy()
    billed.__class__ = type(f"Billed{kind.__name__}", (kind,), {"post": post, _OF_KIND: kind})
    return billed


def _posting(kind: Any, calls: ModelCalls) -> Any:
    def post(client: Any, path: str, **options: Any) -> Any:
        if not calls.includes(path):
            return kind.post(client, path, **options)
        use, options = calls.begin(path, options)
        if options.get("stream"):
            options["stream_cls"] = billed_stream(options["stream_cls"], use)
        try:
            answer = kind.post(client, path, **options)
        except BaseException:
            use.finish(is_error=True)
            raise
        if _is_read(answer, use, is_stream=bool(options.get("stream"))):
            use.finish()
        elif is_raw(answer):
            _end_with_raw(answer, use)
        return answer

    return post


def _posting_async(kind: Any, calls: ModelCalls) -> Any:
    async def post(client: Any, path: str, **options: Any) -> Any:
        if not calls.includes(path):
            return await kind.post(client, path, **options)
        use, options = await calls.begin_async(path, options)
        if options.get("stream"):
            options["stream_cls"] = billed_async_stream(options["stream_cls"], use)
        try:
            answer = await kind.post(client, path, **options)
        except BaseException:
            await unhurried(use.finish_async(is_error=True))
            raise
        if _is_read(answer, use, is_stream=bool(options.get("stream"))):
            await unhurried(use.finish_async())
        elif is_raw(answer):
            _end_with_raw_async(answer, use)
        return answer

    return post


def _is_read(answer: object, use: ModelUse, *, is_stream: bool) -> bool:
    """Tell the use what an answer says; False for one that is still to be read."""
    if is_stream:
        return False
    body = raw_body(answer) if is_raw(answer) else plain(answer)
    if body is None:
        return False
    use.take_answer(body)
    return True


def _end_with_raw(answer: Any, use: ModelUse) -> None:
    """End the use with a raw response that is to be read by the caller: as JSON, or as a stream made of it."""
    use.leave_with(answer.http_response)
    close: Any = getattr(answer, "close", None)

    def close_and_end() -> None:
        close()
        _is_read(answer, use, is_stream=False)
        use.finish()

    if close is not None:
        answer.close = close_and_end


def _end_with_raw_async(answer: Any, use: ModelUse) -> None:
    use.leave_with(answer.http_response)
    close: Any = getattr(answer, "close", None)

    async def close_and_end() -> None:
        await close()
        _is_read(answer, use, is_stream=False)
        await unhurried(use.finish_async())

    if close is not None:
        answer.close = close_and_end
