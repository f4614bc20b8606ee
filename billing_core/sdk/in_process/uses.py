"""Uses charged in this process: calls that come at once share a commit, and those that come fast share a lease."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from billing_core.bootstrap import application
from billing_core.domain.errors import BillingError, HoldResolved, LimitReached
from billing_core.domain.holds import Hold
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import AS_ANNOUNCED, Used
from billing_core.sdk.backend import HOLD_LIFETIME, check_batch
from billing_core.sdk.in_process.pace import Pace
from billing_core.services.charging.entitlement import read_entitlement
from billing_core.services.charging.lanes import LIFETIME, Admitted
from billing_core.services.charging.ports import ChargeRequest, Receipt, ReleaseRequest, ReserveRequest, settling

Answer = TypeVar("Answer")


class UsesInProcess:
    """`Uses` on the application of this process."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()

    def charge(self, event: UsageEvent) -> Receipt:
        return _asked(event, lambda: application().charges.charge(event, admit=True))

    def record(self, event: UsageEvent) -> Receipt:
        return application().charges.charge(event, admit=False)

    def record_many(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        check_batch(events)
        outcomes = application().charges.charge_many([ChargeRequest(event, admit=False) for event in events])
        return [outcome for outcome in outcomes if isinstance(outcome, Receipt | BillingError)]

    def admit(self, event: UsageEvent) -> Admitted:
        if self._pace.is_fast((event.organization_id, event.feature)):
            try:
                return _asked(event, lambda: application().admission.admit(event))
            except HoldResolved as error:
                return _admitted_again(event, str(error.details["hold_id"]))
        hold = self.reserve(event, LIFETIME)
        is_kept = hold.is_kept(application().clock.now())
        return Admitted(event, hold.id) if is_kept else _admitted_again(event, hold.id)

    def finish(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        return application().admission.record(admitted, used)

    def cancel(self, admitted: Admitted) -> None:
        application().admission.cancel(admitted)

    def reserve(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold:
        return _asked(event, lambda: application().charges.submit(ReserveRequest(event, lifetime)))

    def settle(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt:
        return application().charges.submit(settling(organization_id, hold_id, used, admit=is_refusable))

    def release(self, organization_id: str, hold_id: str) -> Hold:
        return application().charges.submit(ReleaseRequest(organization_id=organization_id, hold_id=hold_id))

    async def charge_async(self, event: UsageEvent) -> Receipt:
        return await _asked_async(event, lambda: application().charges.charge_async(event, admit=True))

    async def record_async(self, event: UsageEvent) -> Receipt:
        return await application().charges.charge_async(event, admit=False)

    async def record_many_async(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        return await asyncio.to_thread(self.record_many, events)

    async def admit_async(self, event: UsageEvent) -> Admitted:
        if self._pace.is_fast((event.organization_id, event.feature)):
            try:
                return await _asked_async(event, lambda: application().admission.admit_async(event))
            except HoldResolved as error:
                return await asyncio.to_thread(_admitted_again, event, str(error.details["hold_id"]))
        hold = await self.reserve_async(event, LIFETIME)
        is_kept = hold.is_kept(application().clock.now())
        return Admitted(event, hold.id) if is_kept else await asyncio.to_thread(_admitted_again, event, hold.id)

    async def finish_async(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        return await application().admission.record_async(admitted, used)

    async def cancel_async(self, admitted: Admitted) -> None:
        if admitted.part is None:
            await self.release_async(admitted.event.organization_id, admitted.hold_id)
        else:
            self.cancel(admitted)

    async def reserve_async(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold:
        return await _asked_async(event, lambda: application().charges.submit_async(ReserveRequest(event, lifetime)))

    async def settle_async(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt:
        return await application().charges.submit_async(settling(organization_id, hold_id, used, admit=is_refusable))

    async def release_async(self, organization_id: str, hold_id: str) -> Hold:
        return await application().charges.submit_async(
            ReleaseRequest(organization_id=organization_id, hold_id=hold_id)
        )


def _asked(event: UsageEvent, ask: Callable[[], Answer]) -> Answer:
    """Ask, and ask again when it was refused while this process kept something back for calls to come."""
    try:
        return ask()
    except LimitReached:
        if not application().admission.give_back(event.organization_id):
            raise
        return ask()


async def _asked_async(event: UsageEvent, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await ask()
    except LimitReached:
        if not await asyncio.to_thread(application().admission.give_back, event.organization_id):
            raise
        return await ask()


def _admitted_again(event: UsageEvent, hold_id: str) -> Admitted:
    """A use that was given up before and is tried again: its hold is gone, so all that can be done is look."""
    house = application()
    with house.read(event.organization_id) as uow:
        refusal = read_entitlement(uow, event, house.clock).refusal
    if refusal is not None:
        raise refusal
    return Admitted(event, hold_id)
