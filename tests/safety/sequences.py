"""Any sequence of operations on one organization, by two processes, compared with the naive books after every step."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.credits import Origin
from billing_core.domain.errors import BillingError
from billing_core.domain.holds import Hold
from billing_core.domain.money import CREDITS, Money
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.change_budget import change_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.increase_budget import increase_budget
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.top_up_balance import top_up_balance
from billing_core.services.credits.void_grant import void_grant
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.open_organization import open_organization
from billing_core.services.organizations.subscribe import subscribe
from tests.product import SYSTEM
from tests.safety import naive_operations as naive
from tests.safety.catalogue import PLANS
from tests.safety.naive_books import NaiveBooks
from tests.safety.naive_budgets import Budget
from tests.safety.naive_credits import Grant, Refused
from tests.safety.requests import ASKED, Asked, Caller, answer_of, refusal
from tests.safety.stored import broken_rows, differences, expected_state, stored_state
from tests.safety.world import World, Worlds

BEGINNINGS = tuple(
    datetime.fromisoformat(text)
    for text in ("2026-11-20T12:00Z", "2026-10-24T22:30Z", "2027-01-31T23:59Z", "2026-11-30T05:00Z")
)
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
CREDITS_GIVEN = tuple(Money.parse(text, CREDITS).nanos for text in ("3", "0.000000007", "10", "33.333333333"))
MONEY = tuple(Money.parse(text, "USD").nanos for text in ("0", "1.25", "9.99", "0.000000001"))
AMOUNTS = (0, 3, Money.parse("0.5", "USD").nanos, Money.parse("8", "USD").nanos)
FROM_NOW = (None, None, timedelta(minutes=30), timedelta(hours=20), timedelta(days=40), -timedelta(hours=1))
EVERY = ("day", "week", "month", "billing", "total")

_process = st.integers(0, 1)
_some = st.integers(0, 1_000)


class Operations(RuleBasedStateMachine):
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
        plan=st.sampled_from(tuple(PLANS)),
        zone=st.sampled_from(ZONES),
        begin=st.sampled_from(BEGINNINGS),
        credits=st.sampled_from(CREDITS_GIVEN),
    )
    def open(self, plan: str, zone: str, begin: datetime, credits: int) -> None:
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
        self.books = NaiveBooks(ZoneInfo(zone), [(plan, begin)], frozenset({department.id}))
        self.caller = Caller(organization.id, department.id, [], [], {})
        naive.give(self.books, Grant("?", "sign_up", None, credits, 0, begin, None, begin))
        self.learn_names()
        self.compare()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @rule(asked=st.lists(ASKED, min_size=1, max_size=5), process=_process)
    def ask(self, asked: Sequence[Asked], process: int) -> None:
        self.put(asked, process)

    @rule(asked=st.lists(ASKED, min_size=2, max_size=6), process=_process)
    def ask_more(self, asked: Sequence[Asked], process: int) -> None:
        self.put(asked, process)

    @rule(asked=st.lists(ASKED, min_size=1, max_size=2), process=_process)
    def ask_briefly(self, asked: Sequence[Asked], process: int) -> None:
        self.put(asked, process)

    @rule(duration=st.sampled_from(DURATIONS))
    def wait(self, duration: timedelta) -> None:
        self.world.clock.set(self.now + duration)

    @rule(process=_process)
    def reap(self, process: int) -> None:
        self.is_settled = False
        expire_holds(self.world.processes[process].write, self.world.clock)
        self.books.expire_holds(self.now)
        self.compare()

    @rule(
        credits=st.sampled_from(CREDITS_GIVEN),
        cost=st.sampled_from(MONEY),
        origin=st.sampled_from([origin for origin in Origin if origin is not Origin.PLAN]),
        features=st.sampled_from((None, None, frozenset({"agent"}), frozenset({"chat", "tiered"}))),
        begins=st.sampled_from(FROM_NOW),
        ends=st.sampled_from(FROM_NOW),
        process=_process,
    )
    def grant(
        self,
        credits: int,
        cost: int,
        origin: Origin,
        features: frozenset[str] | None,
        begins: timedelta | None,
        ends: timedelta | None,
        process: int,
    ) -> None:
        now, operation = self.now, f"{self.organization_id}:{len(self.repeatable)}"
        begin, end = (None if wait is None else now + wait for wait in (begins, ends))

        def give(uow: Any) -> str:
            return issue_grant(
                uow,
                organization_id=self.organization_id,
                name="Grant",
                origin=origin,
                amount=Money(credits, CREDITS),
                cost=Money(cost, "USD"),
                operation=operation,
                now=self.now,
                effective_at=begin,
                expires_at=end,
                features=features,
            ).id

        is_wrong = (
            (begin is not None and begin < now) or (end is not None and end <= now) or (begin and end and end <= begin)
        )
        grant_id = self.effect(process, give, lambda: _refuse("invalid_input") if is_wrong else None)
        if grant_id is not None:
            naive.give(self.books, Grant(grant_id, origin, features, credits, cost, begin or now, end, now))
            self.repeatable.append(lambda: self.repeat(process, give))
        self.compare()

    @rule(nanos=st.sampled_from(MONEY[1:]), process=_process)
    def top_up(self, nanos: int, process: int) -> None:
        operation = f"{self.organization_id}:{len(self.repeatable)}"

        def pay(uow: Any) -> Any:
            return top_up_balance(
                uow,
                organization_id=self.organization_id,
                amount=Money(nanos, "USD"),
                operation=operation,
                now=self.now,
            )

        self.effect(process, pay, lambda: naive.top_up(self.books, nanos))
        self.repeatable.append(lambda: self.repeat(process, pay))
        self.compare()

    @rule(which=_some, process=_process)
    def void(self, which: int, process: int) -> None:
        grants = sorted(self.books.credits.grants)
        if not grants:
            return
        grant_id = grants[which % len(grants)]
        operation = f"{self.organization_id}:{len(self.repeatable)}"

        def take_back(uow: Any) -> Any:
            return void_grant(uow, grant_id=grant_id, reason="Because", operation=operation, actor=SYSTEM, now=self.now)

        if self.effect(process, take_back, lambda: naive.void(self.books, grant_id)) is not None:
            self.repeatable.append(lambda: self.repeat(process, take_back))
        self.compare()

    @rule(which=_some)
    def operate_again(self, which: int) -> None:
        if self.repeatable:
            self.is_settled = False
            self.repeatable[which % len(self.repeatable)]()
            self.compare()

    @rule(process=_process)
    def end_credits(self, process: int) -> None:
        self.is_settled = False
        has_more = True
        while has_more:
            with self.world.processes[process].write() as uow:
                has_more = bool(expire_credits(uow, self.now))
            naive.expire_credits(self.books, self.now)
            self.learn_names()
        self.compare()

    @rule(process=_process)
    def give_plan_credits(self, process: int) -> None:
        self.is_settled = False
        with self.world.processes[process].write() as uow:
            grant_plan_credits(uow, self.now)
        naive.give_plan_credits(self.books, self.now)
        self.learn_names()
        self.compare()

    @rule(plan=st.sampled_from(tuple(PLANS)), process=_process)
    def change_plan(self, plan: str, process: int) -> None:
        self.wait(timedelta(seconds=1))  # so that plans began in an order
        self.effect(
            process,
            lambda uow: subscribe(
                uow, organization_id=self.organization_id, plan_code=plan, actor=SYSTEM, now=self.now
            ),
            lambda: naive.subscribe(self.books, plan, self.now),
        )
        self.compare()

    @rule(
        scope=st.sampled_from((Scope.ORGANIZATION, Scope.RUN, Scope.API_KEY, Scope.DEPARTMENT)),
        is_named=st.booleans(),
        feature=st.sampled_from((None, None, "agent", "tiered")),
        measure=st.sampled_from(tuple(Measure)),
        every=st.sampled_from(EVERY),
        amount=st.sampled_from(AMOUNTS),
        is_hard=st.sampled_from((True, True, False)),
        process=_process,
    )
    def make_budget(
        self,
        scope: Scope,
        is_named: bool,
        feature: str | None,
        measure: Measure,
        every: Any,
        amount: int,
        is_hard: bool,
        process: int,
    ) -> None:
        names = {Scope.RUN: "run-1", Scope.DEPARTMENT: self.caller.department_id}
        scope_id = names.get(scope) if is_named else None
        made = self.effect(
            process,
            lambda uow: create_budget(
                uow,
                organization_id=self.organization_id,
                name="Budget",
                amount=amount,
                measure=measure,
                every=every,
                is_hard=is_hard,
                actor=SYSTEM,
                now=self.now,
                scope=scope,
                scope_id=scope_id,
                feature=feature,
            ),
        )
        running = self.books.budgets.running(every, self.now, self.books.period_at(self.now))
        budget = Budget(made.id, scope, scope_id, feature, measure, every, amount, is_hard, running[0])
        self.books.budgets.add(budget, self.books.facts, running)
        self.compare()

    @rule(which=_some, amount=st.sampled_from(AMOUNTS), is_hard=st.booleans(), process=_process)
    def alter_budget(self, which: int, amount: int, is_hard: bool, process: int) -> None:
        budget_id = self.some_budget(which)
        if budget_id is None:
            return
        billing = self.books.period_at(self.now)
        self.effect(
            process,
            lambda uow: change_budget(uow, budget_id, amount=amount, is_hard=is_hard, actor=SYSTEM, now=self.now),
            lambda: self.books.budgets.change(budget_id, amount, is_hard, self.now, billing),
        )
        self.compare()

    @rule(which=_some, amount=st.sampled_from(AMOUNTS[1:]), last=st.sampled_from(DURATIONS), process=_process)
    def raise_budget(self, which: int, amount: int, last: timedelta, process: int) -> None:
        budget_id, now = self.some_budget(which), self.now
        if budget_id is None:
            return
        increase = self.effect(
            process,
            lambda uow: increase_budget(uow, budget_id, amount=amount, until=now + last, actor=SYSTEM, now=now),
            lambda: _refuse("invalid_input") if last <= timedelta(0) else None,
        )
        if increase is not None:
            self.books.budgets.all[budget_id].increases[increase.id] = (amount, now, now + last)
        self.compare()

    @rule(which=_some, process=_process)
    def end_budget(self, which: int, process: int) -> None:
        budget_id = self.some_budget(which)
        if budget_id is not None:
            self.effect(process, lambda uow: archive_budget(uow, budget_id, actor=SYSTEM, now=self.now))
            self.books.budgets.archive(budget_id)
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

    def put(self, asked: Sequence[Asked], process: int) -> None:
        """Requests in one batch; most steps are one, in rules of their own so that they are drawn most often."""
        self.is_settled = False
        posed = [self.caller.pose(item, self.now) for item in asked]
        with self.world.processes[process].write() as uow:
            outcomes = charge_events(uow, [request for request, _ in posed], self.world.clock)
        for outcome, (request, decide) in zip(outcomes, posed, strict=True):
            try:
                expected = decide(self.books)
            except Refused as error:
                expected = refusal(error)
            assert answer_of(outcome) == expected, (request, outcome)
            if isinstance(outcome, Hold):
                self.caller.hold_ids[outcome.event.event_id] = outcome.id
        self.compare()

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

    def repeat(self, process: int, act: Callable[[Any], Any]) -> None:
        """Do the same again, in the other process: nothing may change."""
        with self.world.processes[1 - process].write() as uow:
            act(uow)

    def some_budget(self, which: int) -> str | None:
        budgets = sorted(self.books.budgets.all)
        return budgets[which % len(budgets)] if budgets else None

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


def _refuse(code: str) -> None:
    raise Refused(code)
