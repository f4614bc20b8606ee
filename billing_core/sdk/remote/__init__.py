"""Billing on a server: the same as in process, over HTTP."""

from collections.abc import Sequence

from billing_core.domain.clock import Clock, SystemClock
from billing_core.domain.errors import BillingError
from billing_core.domain.usage import UsageEvent
from billing_core.sdk.backend import check_batch
from billing_core.sdk.remote.http import Http
from billing_core.sdk.remote.use_calls import charging, recording, recording_many
from billing_core.services.charging.ports import Receipt


class RemoteBackend:
    """`Backend` on the server at `url`."""

    def __init__(self, url: str, api_key: str) -> None:
        self._http = Http(url, api_key)

    @property
    def clock(self) -> Clock:
        return SystemClock()

    def charge(self, event: UsageEvent) -> Receipt:
        return self._http.ask(charging(event))

    def record(self, event: UsageEvent) -> Receipt:
        return self._http.ask(recording(event))

    def record_many(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        check_batch(events)
        return self._http.ask(recording_many(events)) if events else []

    async def charge_async(self, event: UsageEvent) -> Receipt:
        return await self._http.ask_async(charging(event))

    async def record_async(self, event: UsageEvent) -> Receipt:
        return await self._http.ask_async(recording(event))

    def close(self) -> None:
        self._http.close()


__all__ = ["RemoteBackend"]
