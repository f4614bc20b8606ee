"""May this call run? Answered in memory from leases, in microseconds, and never for more than was reserved before."""

import logging
import os
import socket
import threading
from collections.abc import Generator, Sequence
from itertools import zip_longest
from time import monotonic

from billing_core.domain.clock import Clock
from billing_core.domain.errors import HoldResolved, NothingToLease
from billing_core.domain.holds import Hold
from billing_core.domain.leases import Lease
from billing_core.domain.usage import UsageEvent
from billing_core.domain.used import AS_ANNOUNCED, Used
from billing_core.services.charging.charge_events import Outcome
from billing_core.services.charging.group_commit import GroupCommit
from billing_core.services.charging.lanes import LIFETIME, Admitted, Tenure
from billing_core.services.charging.open_leases import REST_SECONDS, OpenLeases
from billing_core.services.charging.ports import (
    ChargeRequest,
    DrawRequest,
    LeaseRequest,
    Receipt,
    ReleaseRequest,
    Request,
    ReserveRequest,
    SettleRequest,
    settling,
)

TICK_SECONDS = 1.0
THREAD_NAME = "lease-keeper"
_log = logging.getLogger(__name__)

_Asking = Generator[Request, Receipt | Hold | Lease, Admitted]


class Admission:
    """The leases of this process: admits calls from them, takes the next before one is used up, gives back the rest.

    A call is admitted for `LASTING`; then what was set aside for it may be gone, and recording it is as any charge of
    what has happened. A change of plan or a new budget is felt by a lane with its next lease, within `LIFETIME`.
    """

    def __init__(self, charges: GroupCommit, clock: Clock, *, keeps_by_itself: bool = True) -> None:
        """Without `keeps_by_itself` no thread is started: somebody calls `keep` now and then."""
        self._charges = charges
        self._clock = clock
        self._keeps_by_itself = keeps_by_itself
        self._process = os.getpid()
        self._owner = f"{socket.gethostname()}:{self._process}"
        self._leases = OpenLeases()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def admit(self, event: UsageEvent) -> Admitted:
        """Let a call happen and reserve what it would take at most; raises what refuses it.

        `event` is as for a hold: without a time, and with the most that may be used. HoldResolved for one that was
        given up before, when it would need a hold of its own: it can have only one.
        """
        if (admitted := self._from_memory(event)) is not None:
            return admitted
        asking = self._ask(event)
        try:
            request = next(asking)
            while True:
                try:
                    outcome = self._charges.submit(request)
                except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                    request = asking.throw(error)
                else:
                    request = asking.send(outcome)
        except StopIteration as end:
            return end.value

    async def admit_async(self, event: UsageEvent) -> Admitted:
        """As `admit`, for callers on an event loop, which goes on meanwhile."""
        if (admitted := self._from_memory(event)) is not None:
            return admitted
        asking = self._ask(event)
        try:
            request = next(asking)
            while True:
                try:
                    outcome = await self._charges.submit_async(request)
                except BaseException as error:  # noqa: BLE001 - cancelled or refused, it is told to whoever asked
                    request = asking.throw(error)
                else:
                    request = asking.send(outcome)
        except StopIteration as end:
            return end.value

    def record(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        """Charge what was really used, first from what was set aside.

        The call has happened: beyond what was set aside it is paid by whatever is there, and the rest is overage.
        Safe to repeat: the same again is answered with the first receipt.
        """
        try:
            receipt = self._charges.submit(_recording(admitted, used))
        except HoldResolved:
            receipt = self._charges.submit(ChargeRequest(used.of(admitted.event), admit=False))
        self._leases.finish(admitted)
        return receipt

    async def record_async(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        """As `record`, for callers on an event loop."""
        try:
            receipt = await self._charges.submit_async(_recording(admitted, used))
        except HoldResolved:
            receipt = await self._charges.submit_async(ChargeRequest(used.of(admitted.event), admit=False))
        self._leases.finish(admitted)
        return receipt

    def cancel(self, admitted: Admitted) -> None:
        """Give back what was set aside for a call that does not happen after all."""
        if admitted.part is None:
            self._charges.submit(
                ReleaseRequest(organization_id=admitted.event.organization_id, hold_id=admitted.hold_id)
            )
        else:
            self._leases.finish(admitted, is_cancelled=True)

    def give_back(self, organization_id: str) -> bool:
        """Give back what leases keep of the organization for calls to come; whether there was any.

        For whoever would see or need it: what is leased is no one's yet.
        """
        idle = self._leases.take_idle(organization_id)
        self._charges.charge_many([_release(tenure) for tenure in idle])
        return bool(idle)

    def keep(self) -> None:
        """Take the leases that will be needed, and give back those that are not needed any more."""
        asked = monotonic()
        low, done = self._leases.take_due(self._clock.now(), asked)
        requests: list[Request] = [self._lease_request(event, lane.calls) for lane, event in low]
        requests += [_release(tenure) for tenure in done]
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = self._charges.charge_many(requests)
        finally:
            for (lane, event), outcome in zip_longest(low, outcomes[: len(low)]):
                if isinstance(outcome, Lease):
                    self._leases.install(event, outcome, asked)
                self._leases.end_asking(lane, 0.0 if isinstance(outcome, Lease) else asked + REST_SECONDS)

    def close(self) -> None:
        """Give back every lease that no call is waiting to be charged from; the others expire."""
        with self._starting:
            thread, self._thread = self._thread, None
        self._leases.close()
        if os.getpid() != self._process:
            return  # they are the parent's
        if thread is not None:
            thread.join()
        self.keep()

    def _from_memory(self, event: UsageEvent) -> Admitted | None:
        if os.getpid() != self._process:
            raise RuntimeError("The leases stayed with the process this one was forked from; use an application anew.")
        return self._leases.admit(event, self._clock.now(), monotonic())

    def _ask(self, event: UsageEvent) -> _Asking:
        """The requests that admit an event durably: a lease when nobody else asks for it, else a hold of its own."""
        at = monotonic()
        lane = self._leases.begin_asking(event, at)
        if lane is not None:
            rests_until = 0.0
            try:
                lease = yield self._lease_request(event, lane.calls)
                assert isinstance(lease, Lease)
                self._leases.install(event, lease, at)
                self._start()
            except NothingToLease:
                rests_until = at + REST_SECONDS
            finally:
                self._leases.end_asking(lane, rests_until)
            if (admitted := self._from_memory(event)) is not None:
                return admitted
        hold = yield ReserveRequest(event, LIFETIME)
        assert isinstance(hold, Hold)
        if not hold.is_kept(now := self._clock.now()):
            hold.check_open(now)
        self._leases.learn(event)
        return Admitted(event, hold.id)

    def _lease_request(self, event: UsageEvent, calls: int) -> LeaseRequest:
        return LeaseRequest(event, calls, LIFETIME, self._owner)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and self._keeps_by_itself:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        wanted = self._leases.is_wanted
        while threading.current_thread() is self._thread:
            wanted.wait(TICK_SECONDS)
            wanted.clear()
            try:
                self.keep()
            except Exception:  # noqa: BLE001 - whatever it was, calls are held one by one until it works again
                _log.exception("leases could not be kept; trying again")


def _recording(admitted: Admitted, used: Used) -> DrawRequest | SettleRequest:
    event = admitted.event
    if admitted.part is not None:
        return DrawRequest(used.of(event), admitted.hold_id, admitted.part)
    return settling(event.organization_id, admitted.hold_id, used, admit=False)


def _release(tenure: Tenure) -> ReleaseRequest:
    hold = tenure.lease.hold
    return ReleaseRequest(organization_id=hold.event.organization_id, hold_id=hold.id)
