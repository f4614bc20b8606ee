"""Coroutines and asynchronous generators that are billed; loaded for products that have any."""

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from billing_core.sdk.billed_use import Terms
from billing_core.sdk.unhurried import unhurried


def billed_coroutine(terms: Terms, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A coroutine function that is billed by the terms."""

    async def call(*args: Any, **kwargs: Any) -> Any:
        use = await terms.begin_async(args, kwargs)
        try:
            result = await function(*args, **kwargs)
            use.deliver(result)
        except BaseException:
            await unhurried(use.cancel_async())
            raise
        await unhurried(use.finish_async())
        return result

    return call


def billed_async_stream(
    terms: Terms, function: Callable[..., AsyncGenerator[Any, Any]]
) -> Callable[..., AsyncGenerator[Any, Any]]:
    """An asynchronous generator function that is billed by the terms; a cancelled consumer has stopped early."""

    async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        use = await terms.begin_async(args, kwargs)
        inner = function(*args, **kwargs)
        try:
            step = inner.__anext__()
            while True:
                item = await step
                use.deliver(item)
                try:
                    step = inner.asend((yield item))
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - it was thrown in, and is for the inner one
                    step = inner.athrow(error)
        except StopAsyncIteration:
            pass
        except (GeneratorExit, CancelledError):
            try:
                await inner.aclose()
            finally:
                await unhurried(use.leave_async())
            raise
        except BaseException:
            await unhurried(use.cancel_async())
            raise
        await unhurried(use.finish_async())

    return stream
