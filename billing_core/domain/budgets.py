"""Budgets while charges are decided: what an event takes of each, and whether there is room for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from billing_core.domain.budget_terms import FOR_EVER, Budget, Measure, Scope
from billing_core.domain.errors import BudgetExceeded, InvalidInput
from billing_core.domain.money import CREDITS, NANOS_MAX, NANOS_PER_UNIT, Money, divide_half_even
from billing_core.domain.periods import Period
from billing_core.domain.usage import UsageEvent

COUNTERS_KEPT_MAX = 1_000  # of one budget between batches: there is no end of runs, and each has its own
WHOLE = ""  # the subject of a budget whose amount is shared
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """What one event takes, in every measure a budget may have."""

    money_nanos: int
    credits_nanos: int
    units: int

    def of(self, measure: Measure) -> int:
        """The part that a budget of the measure counts."""
        if measure is Measure.MONEY:
            return self.money_nanos
        return self.credits_nanos if measure is Measure.CREDITS else self.units


def money_worth(price: Money, credit_value_nanos: int) -> int:
    """Nanos of money that a price is worth: one in credits at what the plan says a credit pays for, half to even."""
    if price.currency != CREDITS:
        return price.nanos
    return divide_half_even(price.nanos * credit_value_nanos, NANOS_PER_UNIT)


class BudgetKey(NamedTuple):
    """Where a budget counts: the subject is who has the amount for itself, or empty when it is shared."""

    budget_id: str
    subject: str
    period_start: datetime


class BudgetSlice(NamedTuple):
    """How much of a budget one event or hold takes."""

    key: BudgetKey
    amount: int


@dataclass(slots=True)
class Counter:
    """What is spent of a budget in a period, and what open holds have promised."""

    spent: int = 0
    held: int = 0


NOTHING_USED = Counter()


@dataclass(slots=True)
class BudgetState:
    """A budget and its counters; the working copy while charges are decided."""

    budget: Budget
    counters: dict[tuple[str, datetime], Counter] = field(default_factory=dict[tuple[str, datetime], Counter])
    _period: Period | None = None

    def period_at(self, instant: datetime, zone: ZoneInfo, billing: Period) -> Period:
        """The period of an instant; the last one is kept, for events come in order."""
        if self.budget.every == "billing":
            return billing
        if self._period is None or instant not in self._period:
            self._period = self.budget.period_at(instant, zone, billing)
        return self._period

    def counter(self, subject: str, period_start: datetime) -> Counter:
        """The counter, made when there is none."""
        return self.counters.setdefault((subject, period_start), Counter())

    def room(self, now: datetime, period_start: datetime, subject: str = WHOLE) -> int:
        """What is neither spent nor held; below zero when more was used than the budget has."""
        counter = self.counters.get((subject, period_start), NOTHING_USED)
        return self.budget.amount_at(now) - counter.spent - counter.held


@dataclass(frozen=True, slots=True)
class _Narrow:
    """The budgets of one scope narrower than the organization: of somebody by name, and for each apart."""

    field: str
    named: Mapping[str, Sequence[BudgetState]]
    each: Sequence[BudgetState]


_FIELDS = {Scope.RUN: "run", Scope.API_KEY: "api_key_id", Scope.MEMBER: "member", Scope.DEPARTMENT: "department"}
_Applying = tuple[BudgetState, str, Period]


class Budgets:
    """The working copy of an organization's budgets, found by scope: an event looks only at those it counts in."""

    __slots__ = ("_changes", "_narrow", "_states", "_whole", "zone")

    def __init__(self, zone: ZoneInfo = _UTC, states: Iterable[BudgetState] = ()) -> None:
        self.zone = zone
        self._states = {state.budget.id: state for state in states}
        in_order = sorted(self._states.values(), key=lambda item: (item.budget.feature is None, item.budget.id))
        found = [_narrow(scope, in_order) for scope in _FIELDS]
        self._narrow = [item for item in found if item.named or item.each]
        self._whole = [state for state in in_order if state.budget.scope is Scope.ORGANIZATION]
        self._changes: dict[BudgetKey, Counter] = {}

    def __bool__(self) -> bool:
        return bool(self._states)

    def __iter__(self) -> Iterator[BudgetState]:
        return iter(self._states.values())

    def state(self, budget_id: str) -> BudgetState | None:
        """A budget; None for one that is unknown or archived."""
        return self._states.get(budget_id)

    def has(self, key: BudgetKey) -> bool:
        """Whether a counter is loaded, or belongs to a budget that does not count any more."""
        state = self._states.get(key.budget_id)
        return state is None or (key.subject, key.period_start) in state.counters

    def load(self, key: BudgetKey, spent: int, held: int) -> None:
        """Set a counter to what is stored."""
        self._states[key.budget_id].counters[key.subject, key.period_start] = Counter(spent, held)

    def missing(self, event: UsageEvent, occurred_at: datetime, billing: Period) -> Iterator[BudgetKey]:
        """The counters that deciding this event needs and that were neither loaded nor made."""
        for state, subject, period in self._applying(event, occurred_at, billing):
            if (subject, period.start) not in state.counters:
                yield BudgetKey(state.budget.id, subject, period.start)

    def slices(
        self, event: UsageEvent, use: BudgetUse, *, occurred_at: datetime, billing: Period, admit_at: datetime | None
    ) -> list[BudgetSlice]:
        """What the use takes of each budget it counts in, from the narrowest scope outwards; nothing is taken yet.

        With `admit_at` the use is still to happen: BudgetExceeded names the first hard budget without room for it
        at that instant. Without, it has happened, and counts even beyond the amount.
        """
        found: list[BudgetSlice] = []
        for state, subject, period in self._applying(event, occurred_at, billing):
            amount = use.of(state.budget.measure)
            if not amount:
                continue
            counter = state.counters.get((subject, period.start), NOTHING_USED)
            if admit_at is not None and state.budget.is_hard:
                limit = state.budget.amount_at(admit_at)
                if counter.spent + counter.held + amount > limit:
                    raise _exceeded(state.budget, subject, period, counter, limit=limit, requested=amount)
            if counter.spent + counter.held + amount > NANOS_MAX:
                raise InvalidInput(
                    f"With this event budget {state.budget.name} would be too large to count; check its quantities.",
                    field="quantities",
                )
            found.append(BudgetSlice(BudgetKey(state.budget.id, subject, period.start), amount))
        return found

    def spend(self, slices: Iterable[BudgetSlice]) -> None:
        """Count what was used."""
        for item in slices:
            self._add(item.key, item.amount, 0)

    def take_back(self, slices: Iterable[BudgetSlice]) -> None:
        """Count what was used as if it had not been: the event was cancelled or corrected."""
        for item in slices:
            self._add(item.key, -item.amount, 0)

    def hold(self, slices: Iterable[BudgetSlice]) -> None:
        """Promise what a hold may use."""
        for item in slices:
            self._add(item.key, 0, item.amount)

    def release(self, slices: Iterable[BudgetSlice]) -> None:
        """Give back what a hold was promised; to settle it, spend what was used as well."""
        for item in slices:
            self._add(item.key, 0, -item.amount)

    @property
    def changes(self) -> Mapping[BudgetKey, Counter]:
        """By how much each counter changed since the changes were last settled: what is to be added to storage."""
        return self._changes

    def settle_changes(self) -> None:
        """Begin to collect changes anew, after those so far are written."""
        for budget_id in {key.budget_id for key in self._changes}:
            if len(self._states[budget_id].counters) > COUNTERS_KEPT_MAX:
                self._states[budget_id].counters.clear()
        self._changes = {}

    def _add(self, key: BudgetKey, spent: int, held: int) -> None:
        state = self._states.get(key.budget_id)
        if state is None:
            return  # archived while a hold on it was open
        for counter in (state.counter(key.subject, key.period_start), self._changes.setdefault(key, Counter())):
            counter.spent += spent
            counter.held += held

    def _applying(self, event: UsageEvent, occurred_at: datetime, billing: Period) -> Iterator[_Applying]:
        for narrow in self._narrow:
            who: str | None = getattr(event, narrow.field)
            if who is not None:
                for state in narrow.named.get(who, ()):
                    if _counts(state.budget, event, occurred_at):
                        yield state, WHOLE, state.period_at(occurred_at, self.zone, billing)
                for state in narrow.each:
                    if _counts(state.budget, event, occurred_at):
                        yield state, who, state.period_at(occurred_at, self.zone, billing)
        for state in self._whole:
            if _counts(state.budget, event, occurred_at):
                yield state, WHOLE, state.period_at(occurred_at, self.zone, billing)


def _narrow(scope: Scope, states: Iterable[BudgetState]) -> _Narrow:
    named: defaultdict[str, list[BudgetState]] = defaultdict(list)
    each: list[BudgetState] = []
    for state in states:
        if state.budget.scope is scope:
            (each if state.budget.scope_id is None else named[state.budget.scope_id]).append(state)
    return _Narrow(_FIELDS[scope], dict(named), each)


def _counts(budget: Budget, event: UsageEvent, occurred_at: datetime) -> bool:
    return (budget.feature is None or budget.feature == event.feature) and budget.effective_at <= occurred_at


def _exceeded(
    budget: Budget, subject: str, period: Period, counter: Counter, *, limit: int, requested: int
) -> BudgetExceeded:
    resets_at = None if period is FOR_EVER else period.end.isoformat()
    whose = f"{budget.scope.value}:{subject or budget.scope_id or budget.organization_id}"
    return BudgetExceeded(
        f"Budget {budget.name}: {budget.in_words(counter.spent)} of {budget.in_words(limit)} used and "
        f"{budget.in_words(counter.held)} held, {budget.in_words(requested)} requested; "
        + ("it does not reset." if resets_at is None else f"it resets at {resets_at}."),
        field="organization_id",
        scope=whose,
        budget_id=budget.id,
        measure=budget.measure.value,
        limit=limit,
        used=counter.spent,
        held=counter.held,
        requested=requested,
        currency=budget.currency,
        resets_at=resets_at,
    )
