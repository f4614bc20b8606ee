"""Sends calls to a server over connections that are kept, from threads and from event loops."""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from time import sleep
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import httpx

from billing_core.domain.errors import BillingError, ProviderFailure
from billing_core.sdk.remote.calls import Call, Page
from billing_core.sdk.remote.problems import error_of
from billing_core.sdk.remote.retries import Retries

T = TypeVar("T")
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
# Too much at once, or a server between that could not reach billing.
_PASSING = frozenset({429, 502, 503, 504})
_Loop = asyncio.AbstractEventLoop
_Keeping = AsyncGenerator[httpx.AsyncClient]


class Http:
    """One client for all threads of a process, and one for each event loop, made when they are first needed."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        retries: Retries | None = None,
        wait: Callable[[float], None] = sleep,
        wait_async: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`url` is that of the server, without `/api`. Transports and waiting can be replaced, as tests do."""
        self._options: dict[str, Any] = {
            "base_url": f"{url.rstrip('/')}/api",
            "headers": {"Authorization": f"Bearer {api_key}", "User-Agent": "tollbooth-sdk"},
            "timeout": TIMEOUT,
            "limits": LIMITS,
        }
        self._retries = retries or Retries()
        self._wait, self._wait_async = wait, wait_async
        self._transport, self._async_transport = transport, async_transport
        self._making = threading.Lock()
        self._client: tuple[int, httpx.Client] | None = None
        self._loops: WeakKeyDictionary[_Loop, tuple[httpx.AsyncClient, _Keeping]] = WeakKeyDictionary()

    def ask(self, call: Call[T]) -> T:
        """The answer; what refuses the call as in process, ProviderFailure when billing cannot be reached."""
        tried = 0
        while True:
            tried += 1
            try:
                return _answer(call, self._here().request(call.method, call.path, **_sent(call)))
            except _Passing as passing:
                seconds = self._retries.seconds(tried, passing.retry_after)
                if seconds is None:
                    raise passing.error from None
            except httpx.TransportError as error:
                seconds = self._retries.seconds(tried, None)
                if seconds is None:
                    raise _unreachable(error) from error
            self._wait(seconds)

    async def ask_async(self, call: Call[T]) -> T:
        """As `ask`, on an event loop."""
        tried = 0
        while True:
            tried += 1
            try:
                client = await self._on_this_loop()
                return _answer(call, await client.request(call.method, call.path, **_sent(call)))
            except _Passing as passing:
                seconds = self._retries.seconds(tried, passing.retry_after)
                if seconds is None:
                    raise passing.error from None
            except httpx.TransportError as error:
                seconds = self._retries.seconds(tried, None)
                if seconds is None:
                    raise _unreachable(error) from error
            await self._wait_async(seconds)

    def ask_all(self, call: Call[Page[T]]) -> list[T]:
        """The items of all pages."""
        found, cursor = self.ask(call)
        while cursor is not None:
            more, cursor = self.ask(call.after(cursor))
            found += more
        return found

    async def ask_all_async(self, call: Call[Page[T]]) -> list[T]:
        """As `ask_all`, on an event loop."""
        found, cursor = await self.ask_async(call)
        while cursor is not None:
            more, cursor = await self.ask_async(call.after(cursor))
            found += more
        return found

    def close(self) -> None:
        """Let go of all connections; those of an event loop are closed by it as soon as it can."""
        with self._making:
            client, self._client = self._client, None
            kept = list(self._loops.items())
            self._loops.clear()
        if client is not None and client[0] == os.getpid():
            client[1].close()
        for loop, (_, keeping) in kept:
            if loop.is_running():
                asyncio.run_coroutine_threadsafe(keeping.aclose(), loop)

    def _here(self) -> httpx.Client:
        """The client of this process: connections of the one it was forked from are that one's."""
        known, process = self._client, os.getpid()
        if known is not None and known[0] == process:
            return known[1]
        with self._making:
            if self._client is None or self._client[0] != process:
                self._client = process, httpx.Client(transport=self._transport, **self._options)
            return self._client[1]

    async def _on_this_loop(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        known = self._loops.get(loop)
        if known is None:
            client = httpx.AsyncClient(transport=self._async_transport, **self._options)
            # A loop ends the generators that were begun on it, and with this one the connections are closed in time.
            keeping = _keep(client)
            await anext(keeping)
            known = self._loops[loop] = client, keeping
        return known[0]


class _Passing(Exception):
    """An answer that may be another one in a moment."""

    def __init__(self, error: BillingError, retry_after: int | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.retry_after = retry_after


async def _keep(client: httpx.AsyncClient) -> _Keeping:
    async with client:
        yield client


def _sent(call: Call[Any]) -> dict[str, Any]:
    return {"params": call.query} | ({} if call.body is None else {"json": call.body})


def _answer(call: Call[T], response: httpx.Response) -> T:
    try:
        content: Any = response.json()
    except ValueError:
        content = None
    if response.is_success and content is not None:
        try:
            return call.read(content)
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderFailure(f"{_strange(response)} Is it a server of another version?") from error
    told = cast("dict[str, Any]", content) if isinstance(content, dict) else {"title": _strange(response)}
    error = error_of(told, response.status_code)
    if response.status_code in _PASSING:
        raise _Passing(error, _seconds(response.headers.get("retry-after")))
    raise error


def _strange(response: httpx.Response) -> str:
    return f"{response.request.url} answered {response.status_code} with something that is not billing's JSON."


def _seconds(header: str | None) -> int | None:
    return int(header) if header is not None and header.isascii() and header.isdigit() else None


def _unreachable(error: httpx.TransportError) -> ProviderFailure:
    reason = str(error) or type(error).__name__
    return ProviderFailure(f"Billing cannot be reached: {reason}. The same may be tried again.")
