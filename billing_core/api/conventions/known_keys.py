"""API keys as event loops ask for them: many requests with the same key are one question to the database."""

import asyncio

from starlette.concurrency import run_in_threadpool

from billing_core.domain.organizations import ApiKey
from billing_core.services.organizations.key_ring import KeyRing


class KnownKeys:
    """Recognises API keys. What is remembered is asked for anew every second, and not by everyone at once."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._asked: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Task[ApiKey]] = {}

    async def api_key(self, secret: str) -> ApiKey:
        """The key; ApiKeyRefused when it is unknown, expired or revoked."""
        api_key = self._ring.remembered(secret)
        if api_key is not None:
            return api_key
        question = asyncio.get_running_loop(), secret
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.ensure_future(run_in_threadpool(self._ring.api_key, secret))
            task.add_done_callback(lambda done: self._end(question, done))
        return await asyncio.shield(task)

    def _end(self, question: tuple[asyncio.AbstractEventLoop, str], done: asyncio.Task[ApiKey]) -> None:
        del self._asked[question]
        if not done.cancelled():
            done.exception()  # whoever asked may be gone by now
