"""What every sequence of operations is made of: a world, one organization in it, and the comparison after each step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.budget_terms import Every, Measure, Scope
from billing_core.domain.errors import BillingError
from billing_core.domain.money import CREDITS, Money
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.open_organization import open_organization
from tests.product import SYSTEM
from tests.safety import naive_operations as naive
from tests.safety.catalogue import PLANS
from tests.safety.naive_books import NaiveBooks
from tests.safety.naive_budgets import Budget
from tests.safety.naive_credits import Grant, Refused
from tests.safety.requests import Caller, refusal
from tests.safety.stored import broken_rows, differences, expected_state, stored_state
from tests.safety.world import World, Worlds

BEGINNINGS = tuple(
    datetime.fromisoformat(text)
    for text in ("2026-11-20T12:00Z", "2026-10-24T22:30Z", "2027-01-31T23:59Z", "2026-11-30T05:00Z")
)
OFTEN_OPEN = (*PLANS, "basic", "open")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns")
DURATIONS = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=13),
    timedelta(days=1),
    timedelta(days=6),
    timedelta(days=33),
    -timedelta(minutes=20),
)
CREDITS_GIVEN = tuple(Money.parse(text, CREDITS).nanos for text in ("3", "0.000000007", "10", "33.333333333", "5000"))
PROCESS = st.integers(0, 1)
SOME = st.integers(0, 1_000)
EVERY: tuple[Every, ...] = ("day", "week", "month", "billing", "total")


@dataclass(frozen=True)
class NewBudget:
    """A budget to make; named ones are for one run or department, others for everyone by themselves."""

    scope: Scope
    is_named: bool
    feature: str | None
    amount: tuple[Measure, int]
    every: Every
    is_hard: bool


BUDGETS = st.builds(
    NewBudget,
    st.sampled_from((Scope.ORGANIZATION, Scope.RUN, Scope.API_KEY, Scope.DEPARTMENT)),
    st.booleans(),
    st.sampled_from((None, None, None, "agent", "tiered")),
    st.sampled_from(
        (
            (Measure.UNITS, 9),
            (Measure.UNITS, 3),
            (Measure.UNITS, 0),
            (Measure.MONEY, Money.parse("0.6", "USD").nanos),
            (Measure.MONEY, Money.parse("3", "USD").nanos),
            (Measure.CREDITS, Money.parse("5.5", CREDITS).nanos),
            (Measure.CREDITS, Money.parse("20", CREDITS).nanos),
        )
    ),
    st.sampled_from(EVERY),
    st.sampled_from((True, True, True, False)),
)


class Sequence(RuleBasedStateMachine):
    """One organization from its opening on; `worlds` says where."""

    worlds: ClassVar[Worlds]
    world: World
    books: NaiveBooks
    caller: Caller

    def __init__(self) -> None:
        super().__init__()
        self.is_settled = False  # whether the last step ended as it should
        self.repeatable: list[Callable[[], None]] = []

    @initialize(
        plan=st.sampled_from(OFTEN_OPEN),
        zone=st.sampled_from(ZONES),
        begin=st.sampled_from(BEGINNINGS),
        credits=st.sampled_from(CREDITS_GIVEN),
        budgets=st.lists(BUDGETS, max_size=2),
    )
    def open(self, plan: str, zone: str, begin: datetime, credits: int, budgets: Iterable[NewBudget]) -> None:
        self.world = self.worlds.next()
        self.world.clock.set(begin)
        with self.world.processes[0].write() as uow:
            organization = open_organization(
                uow,
                name=f"Organization {self.worlds.sequences}",
                plan_code=plan,
                time_zone=zone,
                sign_up_credits=Money(credits, CREDITS),
                actor=SYSTEM,
                now=begin,
            )
            department = create_department(uow, organization_id=organization.id, name="Own", actor=SYSTEM, now=begin)
        self.organization_id = organization.id
        self.books = NaiveBooks(ZoneInfo(zone), [(plan, begin, False)], frozenset({department.id}))
        self.caller = Caller(organization.id, department.id)
        naive.give(self.books, Grant("?", "sign_up", None, credits, 0, begin, None, begin))
        self.learn_names()
        with self.world.processes[0].write() as uow:
            for wanted in budgets:
                self.add_budget(uow, wanted)
        self.compare()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @rule(duration=st.sampled_from(DURATIONS))
    def wait(self, duration: timedelta) -> None:
        self.world.clock.set(self.now + duration)

    @rule(process=PROCESS)
    def reap(self, process: int) -> None:
        self.is_settled = False
        expire_holds(self.world.processes[process].write, self.world.clock)
        self.books.expire_holds(self.now)
        self.compare()

    @rule(process=PROCESS)
    def end_credits(self, process: int) -> None:
        self.is_settled = False
        has_more = True
        while has_more:
            with self.world.processes[process].write() as uow:
                has_more = bool(expire_credits(uow, self.now))
            naive.expire_credits(self.books, self.now)
            self.learn_names()
        self.compare()

    def teardown(self) -> None:
        """What is over is swept up, and nothing may be wrong with the books."""
        if not self.is_settled:
            self.worlds.close()
            return
        self.wait(timedelta(days=2))
        self.reap(0)
        self.end_credits(1)
        assert self.world.findings() == []

    def effect(self, process: int, act: Callable[[Any], Any], expect: Callable[[], object] = lambda: None) -> Any:
        """Do something in a transaction; None when it is refused, as the naive books must refuse it."""
        self.is_settled = False
        answer: object = None
        found: Any = None
        try:
            with self.world.processes[process].write() as uow:
                found = act(uow)
        except BillingError as error:
            answer = refusal(error)
        try:
            expect()
            expected = None
        except Refused as error:
            expected = refusal(error)
        assert answer == expected
        return found

    def add_budget(self, uow: UnitOfWork, wanted: NewBudget) -> None:
        """Make a budget here and there."""
        names = {Scope.RUN: "run-1", Scope.DEPARTMENT: self.caller.department_id}
        scope_id = names.get(wanted.scope) if wanted.is_named else None
        measure, amount = wanted.amount
        made = create_budget(
            uow,
            organization_id=self.organization_id,
            name="Budget",
            amount=amount,
            measure=measure,
            every=wanted.every,
            is_hard=wanted.is_hard,
            actor=SYSTEM,
            now=self.now,
            scope=wanted.scope,
            scope_id=scope_id,
            feature=wanted.feature,
        )
        running = self.books.budgets.running(wanted.every, self.now, self.books.period_at(self.now))
        budget = Budget(
            made.id,
            wanted.scope,
            scope_id,
            wanted.feature,
            measure,
            wanted.every,
            amount,
            wanted.is_hard,
            running[0],
        )
        self.books.budgets.add(budget, self.books.facts, running)

    def repeat(self, process: int, act: Callable[[Any], Any]) -> None:
        """Do the same again, in the other process: nothing may change."""
        with self.world.processes[1 - process].write() as uow:
            act(uow)

    def learn_names(self) -> None:
        """Take over the ids of grants that the product made by itself."""
        with self.world.processes[0].read() as uow:
            made = {state.grant.id: state.grant for state in uow.credits.grants(self.organization_id)}
        unknown = sorted(made.keys() - self.books.credits.grants.keys())
        for grant in list(self.books.credits.nameless()):
            alike = [
                key for key in unknown if (made[key].granted_nanos, made[key].expires_at) == (grant.granted, grant.ends)
            ]
            if alike:
                unknown.remove(alike[0])
                self.books.credits.name(grant, alike[0])

    def compare(self) -> None:
        """What is stored is what the naive books say, and contradicts itself nowhere."""
        with self.world.processes[0].database.read() as connection:
            stored = stored_state(connection, self.organization_id)
            broken = broken_rows(connection, self.organization_id)
        assert differences(stored, expected_state(self.books)) == {}
        assert broken == {}
        self.is_settled = True
