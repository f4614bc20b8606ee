"""Streams of official clients that say what they used: the client's own kind of stream, with an ear at each piece.

A use ends when its stream is read to the end or fails, when the stream or the response under it is closed, and when
it is dropped. A client makes its streams itself, with raw responses later than the call returns, so it is given a
class of our own for each call.
"""

import types
from asyncio import CancelledError
from collections.abc import Mapping
from typing import Any

from billing_core.sdk.clients.answers import plain
from billing_core.sdk.clients.model_use import ModelUse
from billing_core.sdk.unhurried import unhurried


def billed_stream(stream_class: Any, use: ModelUse) -> Any:
    """A kind of the synchronous stream class that tells the use what comes."""

    def begin(stream: Any, **options: Any) -> None:
        own.__base__.__init__(stream, **options)
        end_when_closed(stream.response, use)
        use.leave_with(stream)

    def next_piece(stream: Any) -> Any:
        while True:
            use.is_reading = True
            try:
                piece = own.__base__.__next__(stream)
            except StopIteration:
                use.finish()
                raise
            except BaseException:
                use.finish(is_error=True)
                raise
            finally:
                use.is_reading = False
            if use.take_piece(plain(piece)):
                return piece

    own = _kind_of(stream_class, {"__init__": begin, "__iter__": _itself, "__next__": next_piece})
    return own


def billed_async_stream(stream_class: Any, use: ModelUse) -> Any:
    """As `billed_stream`, of the asynchronous stream class; a reader that is cancelled has stopped reading."""

    def begin(stream: Any, **options: Any) -> None:
        own.__base__.__init__(stream, **options)
        end_when_closed_async(stream.response, use)
        use.leave_with(stream)

    async def next_piece(stream: Any) -> Any:
        while True:
            use.is_reading = True
            try:
                piece = await own.__base__.__anext__(stream)
            except (StopAsyncIteration, CancelledError):
                await unhurried(use.finish_async())
                raise
            except BaseException:
                await unhurried(use.finish_async(is_error=True))
                raise
            finally:
                use.is_reading = False
            if use.take_piece(plain(piece)):
                return piece

    own = _kind_of(stream_class, {"__init__": begin, "__aiter__": _itself, "__anext__": next_piece})
    return own


def end_when_closed(response: Any, use: ModelUse) -> None:
    """End the use when the response is closed by whoever reads it; at its end the client closes it by itself."""
    close = response.close

    def close_and_end() -> None:
        try:
            close()
        finally:
            if not use.is_reading:
                use.finish()

    response.close = close_and_end


def end_when_closed_async(response: Any, use: ModelUse) -> None:
    """As `end_when_closed`, of an asynchronous response."""
    close = response.aclose

    async def close_and_end() -> None:
        try:
            await close()
        finally:
            if not use.is_reading:
                await unhurried(use.finish_async())

    response.aclose = close_and_end


def _kind_of(stream_class: Any, methods: Mapping[str, Any]) -> Any:
    return types.new_class("BilledStream", (stream_class,), {}, lambda names: names.update(methods))


def _itself(stream: Any) -> Any:
    return stream
