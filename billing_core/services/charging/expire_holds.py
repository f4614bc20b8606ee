"""Give back what holds keep whose time has passed, so that no reader has to wait for it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from billing_core.domain.clock import Clock
from billing_core.domain.holds import Hold
from billing_core.services.charging.batch import ChargingUnit
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import HoldStore, ReleaseRequest

HOLDS_PER_BATCH = 500


class OverdueHolds(HoldStore, Protocol):
    """Holds by when they expire."""

    def overdue(self, now: datetime, limit: int) -> Sequence[Hold]:
        """Open holds whose time has passed, the oldest first."""
        ...


class HoldsUnit(ChargingUnit, Protocol):
    """What charging uses, with holds that can be found by their time."""

    @property
    def holds(self) -> OverdueHolds: ...


def expire_holds(write: Callable[[], AbstractContextManager[HoldsUnit]], clock: Clock) -> int:
    """Expire every open hold whose time has passed, a batch in a transaction; how many there were."""
    expired = 0
    while True:
        with write() as uow:
            holds = uow.holds.overdue(clock.now(), HOLDS_PER_BATCH)
            charge_events(
                uow, [ReleaseRequest(organization_id=h.event.organization_id, hold_id=h.id) for h in holds], clock
            )
        expired += len(holds)
        if len(holds) < HOLDS_PER_BATCH:
            return expired
