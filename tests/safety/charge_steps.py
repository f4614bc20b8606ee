"""Charges, holds and leases within a sequence of operations, and what corrects them."""

from collections.abc import Sequence as Several
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing_core.domain.errors import BillingError, NothingToLease
from billing_core.domain.holds import Hold, Reservation
from billing_core.domain.leases import Lease
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.adjustments.correct_event import correct_event
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import DrawRequest, LeaseRequest, ReleaseRequest, Request
from tests.product import SYSTEM
from tests.safety import naive_operations as naive
from tests.safety.naive_books import Kept
from tests.safety.naive_budgets import Event
from tests.safety.naive_credits import Refused
from tests.safety.naive_leases import Taken, draw, lease, refusal_of_lease
from tests.safety.naive_prices import Used
from tests.safety.requests import ASKED, EVENTS, LIFETIMES, Asked, Decide, answer_of, refusal
from tests.safety.sequence import PROCESS, SOME, Sequence

LEASES = "tollbooth:lease"
LEASED = st.builds(
    Event, st.just(""), st.sampled_from(("agent", "visit", "image", "chat")), st.builds(Used, st.just(1))
)


class ChargeSteps(Sequence):
    """Most steps are these; they come in rules of their own so that they are drawn most often."""

    def __init__(self) -> None:
        super().__init__()
        self.leases: list[Lease] = []

    @rule(asked=st.lists(ASKED, min_size=2, max_size=6), process=PROCESS)
    def ask(self, asked: Several[Asked], process: int) -> None:
        self.put([self.caller.pose(item, self.now) for item in asked], process)

    @rule(asked=st.lists(ASKED, min_size=5, max_size=12), process=PROCESS)
    def ask_more(self, asked: Several[Asked], process: int) -> None:
        self.put([self.caller.pose(item, self.now) for item in asked], process)

    @rule(asked=st.lists(ASKED, min_size=1, max_size=3), process=PROCESS)
    def ask_briefly(self, asked: Several[Asked], process: int) -> None:
        self.put([self.caller.pose(item, self.now) for item in asked], process)

    @rule(event=LEASED, calls=st.integers(4, 30), lifetime=st.sampled_from(LIFETIMES[1:-1]), process=PROCESS)
    def take_lease(self, event: Event, calls: int, lifetime: timedelta, process: int) -> None:
        request = LeaseRequest(self.caller.usage(event, "lease"), calls, lifetime, "owner")
        self.is_settled = False
        with self.world.processes[process].write() as uow:
            [outcome] = charge_events(uow, [request], self.world.clock)
        expected = refusal_of_lease(self.books, event, self.now)
        if expected is None:
            assert isinstance(outcome, Lease | NothingToLease), outcome
        else:
            assert isinstance(outcome, BillingError), outcome
            assert refusal(outcome) == refusal(expected)
        if isinstance(outcome, Lease):
            lease(self.books, _taken(outcome, event), self.now)
            self.leases.append(outcome)
        self.compare()

    @rule(which=SOME, units=st.integers(0, 2), is_admitted=st.booleans(), process=PROCESS)
    def draw_from_lease(self, which: int, units: int, is_admitted: bool, process: int) -> None:
        if not self.leases:
            return
        found = self.leases[which % len(self.leases)]
        event = self.caller.new(Event("", found.hold.event.feature, Used(units)), None, self.now)
        usage = self.caller.usage(event)
        try:
            part = found.admit(usage, self.now) if is_admitted else found.hold.reserved
        except BillingError:
            return
        request = DrawRequest(usage, found.hold.id, part)
        lease_id = found.hold.event.event_id
        self.put([(request, lambda books: ("paid", *draw(books, event, lease_id, _kept(part), self.now)))], process)

    @rule(which=SOME, process=PROCESS)
    def close_lease(self, which: int, process: int) -> None:
        if not self.leases:
            return
        hold = self.leases[which % len(self.leases)].hold
        request = ReleaseRequest(organization_id=self.organization_id, hold_id=hold.id)
        self.put([(request, lambda books: ("hold", books.release(hold.event.event_id, self.now)))], process)

    @rule(which=SOME, process=PROCESS)
    def cancel(self, which: int, process: int) -> None:
        event_id, charge_id = self.caller.some_charged(which)
        self.effect(
            process,
            lambda uow: cancel_event(
                uow,
                organization_id=self.organization_id,
                event_id=charge_id,
                reason="It never was",
                actor=SYSTEM,
                now=self.now,
            ),
            lambda: naive.cancel(self.books, event_id),
        )
        self.compare()

    @rule(which=SOME, event=EVENTS, process=PROCESS)
    def correct(self, which: int, event: Event, process: int) -> None:
        event_id, charge_id = self.caller.some_charged(which)
        instead = self.caller.new(event, None, self.now)
        receipt = self.effect(
            process,
            lambda uow: correct_event(
                uow,
                event_id=charge_id,
                corrected=self.caller.usage(instead),
                reason="It was less",
                actor=SYSTEM,
                clock=self.world.clock,
            ),
            lambda: naive.correct(self.books, event_id, instead, self.now),
        )
        if receipt is not None:
            self.caller.learn(receipt)
        self.compare()

    def put(self, posed: Several[tuple[Request, Decide]], process: int) -> None:
        """Requests in one batch, and what the naive books make of them one by one."""
        self.is_settled = False
        with self.world.processes[process].write() as uow:
            outcomes = charge_events(uow, [request for request, _ in posed], self.world.clock)
        for outcome, (request, decide) in zip(outcomes, posed, strict=True):
            try:
                expected = decide(self.books)
            except Refused as error:
                expected = refusal(error)
            assert answer_of(outcome) == expected, (request, outcome)
            if not (isinstance(outcome, Hold) and outcome.event.source == LEASES):
                self.caller.learn(outcome)
        self.compare()


def _taken(found: Lease, event: Event) -> Taken:
    return Taken(found.hold.event.event_id, event, _kept(found.hold.reserved), found.hold.expires_at)


def _kept(part: Reservation) -> Kept:
    budgets = {(item.key.budget_id, item.key.subject, item.key.period_start): item.amount for item in part.budgets}
    return Kept(dict(part.slices), part.balance_nanos, part.allowance, part.included, budgets)
