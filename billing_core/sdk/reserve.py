"""Credits and allowance set aside for a use whose cost is known only at its end, and settled for what it came to."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import timedelta
from types import TracebackType
from typing import Any

from billing_core.domain.usage import UsageEvent
from billing_core.sdk.backend import HOLD_LIFETIME
from billing_core.sdk.billed_use import Amount, quantities
from billing_core.sdk.connection import backend
from billing_core.sdk.reserved import Reserved, ReservedAsync
from billing_core.sdk.usage_event import event_in_context


def reserve(
    feature: str,
    units: Amount = 1,
    *,
    organization_id: str | None = None,
    event_id: str | None = None,
    provider: str | None = None,
    model: str | None = None,
    lifetime: timedelta = HOLD_LIFETIME,
    properties: Mapping[str, Any] | None = None,
) -> "Reserving":
    """Set aside what a use takes at most, for `with` and for `async with`.

    Inside, `settle` says what it really came to and charges that, once. Whoever leaves without settling, by an error
    or not, gives all of it back. `units` is a number, or `Quantities` where tokens count too; the organization is that
    of the `billing_context`, and `organization_id` where there is none. What refuses the use is raised on entering:
    LimitReached and its kinds.
    """
    event = event_in_context(
        feature,
        quantities(units),
        organization_id=organization_id,
        event_id=event_id,
        provider=provider,
        model=model,
        properties=properties,
    )
    return Reserving(event, lifetime)


class Reserving(AbstractContextManager[Reserved, None], AbstractAsyncContextManager[ReservedAsync, None]):
    """A hold for as long as a block runs."""

    def __init__(self, event: UsageEvent, lifetime: timedelta) -> None:
        self._event = event
        self._lifetime = lifetime
        self._reserved: Reserved | ReservedAsync | None = None

    def __enter__(self) -> Reserved:
        house = backend()
        self._reserved = reserved = Reserved(house, house.reserve(self._event, self._lifetime))
        reserved.check()
        return reserved

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._reserved, Reserved):
            self._reserved.leave(error)

    async def __aenter__(self) -> ReservedAsync:
        house = backend()
        self._reserved = reserved = ReservedAsync(house, await house.reserve_async(self._event, self._lifetime))
        await reserved.check()
        return reserved

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._reserved, ReservedAsync):
            await self._reserved.leave(error)
