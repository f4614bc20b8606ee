"""One use from its admission to its end: charged for what it came to, or given back."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.domain.used import AS_ANNOUNCED, Used
from billing_core.sdk.connection import backend
from billing_core.sdk.context import current_context
from billing_core.sdk.usage_event import event_in_context

if TYPE_CHECKING:
    from billing_core.sdk.backend import Backend
    from billing_core.services.charging.lanes import Admitted
    from billing_core.services.charging.ports import Receipt

Amount = int | Quantities
Measured = Quantities | Used | None
FindOrganization = Callable[[Sequence[Any], Mapping[str, Any]], str | None]
MS_PER_SECOND = 1_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the calls of one function are billed; what its parameters are is said in `billing_required`."""

    feature: str
    amount: Quantities | Callable[..., Amount]
    provider: str | None
    model: str | None
    measure: Callable[[Any], Measured] | None
    lifetime: timedelta | None
    find_organization: FindOrganization

    def begin(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> "BilledUse":
        """Have a call admitted; raises what refuses it."""
        house, event = backend(), self._event(args, kwargs)
        if self.lifetime is None:
            return BilledUse(self, house, house.admit(event))
        return BilledUse(self, house, admitted_by(house.reserve(event, self.lifetime).id, event))

    async def begin_async(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> "BilledUse":
        """As `begin`, on an event loop."""
        house, event = backend(), self._event(args, kwargs)
        if self.lifetime is None:
            return BilledUse(self, house, await house.admit_async(event))
        return BilledUse(self, house, admitted_by((await house.reserve_async(event, self.lifetime)).id, event))

    def _event(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> UsageEvent:
        amount = self.amount if isinstance(self.amount, Quantities) else quantities(self.amount(*args, **kwargs))
        has_organization = current_context().organization is not None
        return event_in_context(
            self.feature,
            amount,
            organization_id=None if has_organization else self.find_organization(args, kwargs),
            provider=self.provider,
            model=self.model,
        )


class BilledUse:
    """A call that was admitted. `is_delivered` says that something of it has reached its consumer."""

    __slots__ = ("_admitted", "_backend", "_began", "_is_repeatable", "_measure", "_used", "is_delivered")

    def __init__(self, terms: Terms, house: "Backend", admitted: "Admitted") -> None:
        self._backend = house
        self._admitted = admitted
        self._measure = terms.measure
        # How long it takes differs every time, and whoever gave an event id wants the same use to be the same event.
        self._is_repeatable = current_context().event_ids is not None
        self._used = AS_ANNOUNCED
        self.is_delivered = False
        self._began = perf_counter()

    def deliver(self, result: object) -> None:
        """Take in what the call answered, or one item of a stream: the last that tells what was used counts."""
        self.is_delivered = True
        if self._measure is not None and (measured := self._measure(result)) is not None:
            self._used = measured if isinstance(measured, Used) else Used(quantities=measured)

    def finish(self) -> "Receipt":
        """Charge it."""
        return self._backend.finish(self._admitted, self._final())

    async def finish_async(self) -> "Receipt":
        """As `finish`, on an event loop."""
        return await self._backend.finish_async(self._admitted, self._final())

    def cancel(self) -> None:
        """Give back what was set aside; another error is on its way, so one of ours is only logged."""
        try:
            self._backend.cancel(self._admitted)
        except Exception:  # noqa: BLE001 - it must not hide the error that the call ended with
            _log.warning("%s could not be given back; it will expire", self._admitted.hold_id, exc_info=True)

    async def cancel_async(self) -> None:
        """As `cancel`, on an event loop."""
        try:
            await self._backend.cancel_async(self._admitted)
        except Exception:  # noqa: BLE001 - it must not hide the error that the call ended with
            _log.warning("%s could not be given back; it will expire", self._admitted.hold_id, exc_info=True)

    def leave(self) -> None:
        """End it where its consumer stopped: what was delivered was used, and before that nothing was."""
        if self.is_delivered:
            self.finish()
        else:
            self.cancel()

    async def leave_async(self) -> None:
        """As `leave`, on an event loop."""
        if self.is_delivered:
            await self.finish_async()
        else:
            await self.cancel_async()

    def _final(self) -> Used:
        if self._is_repeatable or self._used.latency_ms is not None:
            return self._used
        return replace(self._used, latency_ms=int((perf_counter() - self._began) * MS_PER_SECOND))


def quantities(amount: Amount) -> Quantities:
    """Units alone, or all that is counted; InvalidInput for a number that is not whole or out of range."""
    return amount if isinstance(amount, Quantities) else Quantities(units=amount)


def admitted_by(hold_id: str, event: UsageEvent) -> "Admitted":
    """A use that has a hold to itself."""
    from billing_core.services.charging.lanes import Admitted

    return Admitted(event, hold_id)
