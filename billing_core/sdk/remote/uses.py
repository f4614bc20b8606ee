"""Uses of features that are charged on a server."""

from collections.abc import Sequence
from datetime import timedelta

from billing_core.domain.errors import BillingError, HoldResolved
from billing_core.domain.holds import Hold
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import AS_ANNOUNCED, Used
from billing_core.sdk.backend import HOLD_LIFETIME, check_batch
from billing_core.sdk.remote.over_http import OverHttp
from billing_core.sdk.remote.question_calls import entitlement_asked
from billing_core.sdk.remote.use_calls import charging, recording, recording_many, releasing, reserving, settling
from billing_core.services.charging.entitlement import Entitlement
from billing_core.services.charging.lanes import LIFETIME, Admitted
from billing_core.services.charging.ports import Receipt


class RemoteUses(OverHttp):
    """`Uses` over HTTP.

    A call that is admitted has a hold to itself: nothing is kept in this process that could be sold twice. So it takes
    two requests, one before and one after the call, where `charge` and `record` take one.

    Every request may be repeated, and is when its answer did not come: an event counts once under its id, a hold is
    settled once. A receipt then says that it is a duplicate, of this call's own first try.
    """

    def charge(self, event: UsageEvent) -> Receipt:
        return self._http.ask(charging(event))

    def record(self, event: UsageEvent) -> Receipt:
        return self._http.ask(recording(event))

    def record_many(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        check_batch(events)
        return self._http.ask(recording_many(events)) if events else []

    def admit(self, event: UsageEvent) -> Admitted:
        hold = self.reserve(event, LIFETIME)
        if not hold.is_kept(self._clock.now()):
            _check(self._http.ask(entitlement_asked(event)))
        return Admitted(event, hold.id)

    def finish(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        try:
            return self.settle(admitted.event.organization_id, admitted.hold_id, used, is_refusable=False)
        except HoldResolved:
            return self.record(used.of(admitted.event))

    def cancel(self, admitted: Admitted) -> None:
        self.release(admitted.event.organization_id, admitted.hold_id)

    def reserve(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold:
        return self._http.ask(reserving(event, lifetime))

    def settle(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt:
        return self._http.ask(settling(organization_id, hold_id, used, is_refusable=is_refusable))

    def release(self, organization_id: str, hold_id: str) -> Hold:
        return self._http.ask(releasing(organization_id, hold_id))

    async def charge_async(self, event: UsageEvent) -> Receipt:
        return await self._http.ask_async(charging(event))

    async def record_async(self, event: UsageEvent) -> Receipt:
        return await self._http.ask_async(recording(event))

    async def record_many_async(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        check_batch(events)
        return await self._http.ask_async(recording_many(events)) if events else []

    async def admit_async(self, event: UsageEvent) -> Admitted:
        hold = await self.reserve_async(event, LIFETIME)
        if not hold.is_kept(self._clock.now()):
            _check(await self._http.ask_async(entitlement_asked(event)))
        return Admitted(event, hold.id)

    async def finish_async(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        try:
            return await self.settle_async(admitted.event.organization_id, admitted.hold_id, used, is_refusable=False)
        except HoldResolved:
            return await self.record_async(used.of(admitted.event))

    async def cancel_async(self, admitted: Admitted) -> None:
        await self.release_async(admitted.event.organization_id, admitted.hold_id)

    async def reserve_async(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold:
        return await self._http.ask_async(reserving(event, lifetime))

    async def settle_async(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt:
        return await self._http.ask_async(settling(organization_id, hold_id, used, is_refusable=is_refusable))

    async def release_async(self, organization_id: str, hold_id: str) -> Hold:
        return await self._http.ask_async(releasing(organization_id, hold_id))


def _check(entitlement: Entitlement) -> None:
    """Raise what refuses a use that was given up before and is tried again: its hold is gone, so it can only ask."""
    if entitlement.refusal is not None:
        raise entitlement.refusal
