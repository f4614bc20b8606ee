"""Await a charge to its end although the task that asked for it is cancelled: what was used has been used."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)
_under_way: set[asyncio.Task[Any]] = set()  # a loop keeps only weak references to its tasks


async def unhurried(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What the work comes to; a cancelled caller is told at once, and the work goes on without it."""
    task = asyncio.ensure_future(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_log_failure)
        raise


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("what a cancelled task used could not be charged; its hold will expire", exc_info=error)
