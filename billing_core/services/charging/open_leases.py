"""The leases that a process has open, shared by its threads: who may admit from which, and which are needed."""

import threading
from collections.abc import Sequence
from datetime import datetime

from billing_core.domain.leases import Lease
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.lanes import Admitted, Lane, Lanes, Tenure, tenure_of

# After too little was left to lease, calls are held one by one for so long before a lease is tried again.
REST_SECONDS = 1.0


class OpenLeases:
    """Times `at` are in seconds of a clock that never jumps; `is_wanted` is set when a lease runs low."""

    def __init__(self) -> None:
        self.is_wanted = threading.Event()
        self._lock = threading.Lock()  # of all that follows, and of what hangs on it
        self._features: dict[tuple[str, str], Lanes] = {}
        self._tenures: set[Tenure] = set()
        self._low: dict[Lane, UsageEvent] = {}

    def admit(self, event: UsageEvent, now: datetime, at: float) -> Admitted | None:
        """Admit from memory; None when there is no lease for it, or it does not keep enough."""
        with self._lock:
            lanes = self._features.get((event.organization_id, event.feature))
            if lanes is None or event.occurred_at is not None or not lanes.knows(event):
                return None
            lane = lanes.find(event)
            admitted = lane.admit(event, now, at)
            if lane.begin_asking(at, is_refused=admitted is None):
                self._low[lane] = event
                self.is_wanted.set()
        return admitted

    def begin_asking(self, event: UsageEvent, at: float) -> Lane | None:
        """The lane of the event, when it has no lease and nobody asks for one: the caller should."""
        with self._lock:
            lane = self._lanes_of(event).find(event)
            if event.occurred_at is not None or lane.tenures or not lane.may_ask(at):
                return None
            lane.is_asking = True
            return lane

    def end_asking(self, lane: Lane, rests_until: float = 0.0) -> None:
        """Whoever asked was answered; until then nobody should ask again."""
        with self._lock:
            lane.is_asking = False
            lane.rests_until = rests_until

    def install(self, event: UsageEvent, lease: Lease, asked: float) -> None:
        """Have a lease used after the one before, which is given back when its calls are recorded."""
        with self._lock:
            tenure = tenure_of(lease, asked)
            self._tenures.add(tenure)
            lanes = self._lanes_of(event)
            lanes.divide(lease.chunk.decisive)
            lanes.learn(event)
            lane = lanes.find(event)
            lane.tenures.append(tenure)
            lane.used_at = max(lane.used_at, asked)

    def learn(self, event: UsageEvent) -> None:
        """Remember that the event's member and department are there."""
        with self._lock:
            self._lanes_of(event).learn(event)

    def finish(self, admitted: Admitted, *, is_cancelled: bool = False) -> None:
        """An admitted call was charged, or does not happen; only the first time counts."""
        with self._lock:
            tenure, admitted.tenure = admitted.tenure, None
            if tenure is None or admitted.part is None:
                return
            tenure.outstanding -= 1
            if is_cancelled:
                tenure.lease.take_back(admitted.part)

    def take_due(self, now: datetime, at: float) -> tuple[Sequence[tuple[Lane, UsageEvent]], Sequence[Tenure]]:
        """Lanes that need a lease, and leases that nobody needs and that admit no more; each is told once."""
        with self._lock:
            low, self._low = list(self._low.items()), {}
            for key, lanes in list(self._features.items()):
                for name, lane in list(lanes.lanes.items()):
                    if lane.drop_unneeded(now, at):
                        del lanes.lanes[name]
                if not lanes.lanes:
                    del self._features[key]
            in_use = {
                tenure for lanes in self._features.values() for lane in lanes.lanes.values() for tenure in lane.tenures
            }
            done = [item for item in self._tenures if not item.outstanding and item not in in_use]
            self._tenures.difference_update(done, [item for item in self._tenures if at >= item.lasts_until])
        return low, done

    def take_idle(self, organization_id: str) -> Sequence[Tenure]:
        """Leases of the organization that no call waits to be charged from; they admit no more."""
        with self._lock:
            for key in [key for key in self._features if key[0] == organization_id]:
                for lane in self._features.pop(key).lanes.values():
                    self._low.pop(lane, None)
            idle = [
                item
                for item in self._tenures
                if not item.outstanding and item.lease.hold.event.organization_id == organization_id
            ]
            self._tenures.difference_update(idle)
        return idle

    def close(self) -> None:
        """Admit no more."""
        with self._lock:
            self._features.clear()
            self._low.clear()
        self.is_wanted.set()

    def _lanes_of(self, event: UsageEvent) -> Lanes:
        return self._features.setdefault((event.organization_id, event.feature), Lanes())
