"""What a process knows of its leases: which are open, what each was used for, and which calls may use which."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing_core.domain.errors import BillingError
from billing_core.domain.holds import Reservation
from billing_core.domain.leases import CALLS_MAX, Lease
from billing_core.domain.usage import UsageEvent

LIFETIME = timedelta(seconds=60)
# Calls admitted may last so long and be recorded before the hold ends; one that lasts longer should reserve for itself.
LASTING = timedelta(seconds=20)
# By how much clocks may differ.
SKEW = timedelta(seconds=2)
CALLS_FIRST = 64
CALLS_LEAST = 16
# A lease is for about so long at the pace of the one before it; half of it is left when the next is asked for.
BURN_SECONDS = 2.0
IDLE_SECONDS = 5.0
PEOPLE_MAX = 10_000

LaneKey = tuple[str | None, ...]


@dataclass(slots=True, eq=False)
class Tenure:
    """A lease while this process has it; times in seconds of a clock that never jumps.

    `outstanding` calls were admitted and are neither recorded nor cancelled yet.
    """

    lease: Lease
    began: float
    admits_until: float
    lasts_until: float
    ends_at: datetime
    used_from: float = 0.0
    admitted: int = 0
    outstanding: int = 0

    def admit(self, event: UsageEvent, now: datetime, at: float) -> "Admitted | None":
        """Admit from what is left; None when that is not enough."""
        try:
            part = self.lease.admit(event, now)
        except BillingError:
            return None  # the books themselves decide what is to be said
        self.used_from = self.used_from or at
        self.admitted += 1
        self.outstanding += 1
        return Admitted(event, self.lease.hold.id, part, self)

    def is_over(self, now: datetime, at: float) -> bool:
        """Whether it admits nothing any more."""
        return at >= self.admits_until or now >= self.ends_at

    def is_low(self, at: float) -> bool:
        """Whether it is time to ask for the next one."""
        return 2 * self.admitted >= self.lease.chunk.calls or 2 * at >= self.began + self.admits_until

    def calls_next(self, at: float) -> int:
        """For how many calls the next one should be, at this one's pace."""
        pace = self.admitted / max(at - self.used_from, 0.001)
        return min(max(int(pace * BURN_SECONDS), CALLS_LEAST), CALLS_MAX)


@dataclass(slots=True, eq=False)
class Admitted:
    """A call that may happen: what it would take is reserved until it is recorded, cancelled, or its hold expires.

    `part` is what was set aside of the lease; None when the call has a hold to itself.
    """

    event: UsageEvent
    hold_id: str
    part: Reservation | None = None
    tenure: Tenure | None = None


@dataclass(slots=True, eq=False)
class Lane:
    """Calls that are decided by the same grants, allowance and budgets, and so can share a lease.

    The oldest of `tenures` is used up first; the next one waits for its turn.
    """

    tenures: deque[Tenure] = field(default_factory=deque[Tenure])
    calls: int = CALLS_FIRST
    used_at: float = 0.0
    is_asking: bool = False
    rests_until: float = 0.0

    def admit(self, event: UsageEvent, now: datetime, at: float) -> Admitted | None:
        """Admit from memory; None when there is no lease, or none that keeps enough."""
        tenures, self.used_at = self.tenures, at
        while tenures:
            tenure = tenures[0]
            admitted = None if tenure.is_over(now, at) else tenure.admit(event, now, at)
            if admitted is not None or len(tenures) == 1:
                return admitted
            tenures.popleft()
        return None

    def begin_asking(self, at: float, *, is_refused: bool) -> bool:
        """Whether to ask for the next lease now, when the last one could not admit a call or runs low."""
        if len(self.tenures) != 1 or not self.may_ask(at) or not (is_refused or self.tenures[0].is_low(at)):
            return False
        self.calls = self.tenures[0].calls_next(at)
        self.is_asking = True
        return True

    def may_ask(self, at: float) -> bool:
        """Whether somebody should ask for a lease: nobody does yet, and there was something left a moment ago."""
        return not self.is_asking and at >= self.rests_until

    def drop_unneeded(self, now: datetime, at: float) -> bool:
        """Let go of leases that are over, or all when no call came for long; whether the lane can be forgotten."""
        if at >= self.used_at + IDLE_SECONDS:
            self.tenures.clear()
        while self.tenures and self.tenures[0].is_over(now, at):
            self.tenures.popleft()
        return not self.tenures and self.may_ask(at)


@dataclass(slots=True, eq=False)
class Lanes:
    """The lanes of a feature of an organization, told apart by the fields of events that are decisive there.

    `people` are members and departments that are known to be the organization's.
    """

    decisive: tuple[str, ...] = ()
    lanes: dict[LaneKey, Lane] = field(default_factory=dict[LaneKey, Lane])
    people: set[tuple[str | None, str | None]] = field(default_factory=set[tuple[str | None, str | None]])

    def find(self, event: UsageEvent) -> Lane:
        """The lane of an event, made when there is none."""
        key = tuple([getattr(event, name) for name in self.decisive]) if self.decisive else ()
        lane = self.lanes.get(key)
        if lane is None:
            lane = self.lanes[key] = Lane()
        return lane

    def divide(self, decisive: tuple[str, ...]) -> None:
        """Tell lanes apart by other fields; those that were are not found any more."""
        if decisive != self.decisive:
            self.decisive = decisive
            self.lanes = {}

    def knows(self, event: UsageEvent) -> bool:
        """Whether the event's member and department are known to be there."""
        return (event.member is None and event.department is None) or (event.member, event.department) in self.people

    def learn(self, event: UsageEvent) -> None:
        """Remember that they are."""
        if len(self.people) >= PEOPLE_MAX:
            self.people.clear()
        self.people.add((event.member, event.department))


def tenure_of(lease: Lease, asked: float) -> Tenure:
    """The tenure of a lease that was asked for at that time; its hold began later, so it ends no sooner than this."""
    return Tenure(
        lease,
        began=asked,
        admits_until=asked + (LIFETIME - LASTING - SKEW).total_seconds(),
        lasts_until=asked + LIFETIME.total_seconds(),
        ends_at=min(lease.chunk.ends_at, lease.hold.expires_at - LASTING - SKEW),
    )
