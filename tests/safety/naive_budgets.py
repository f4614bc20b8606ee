"""Budgets, the slow and obvious way: who is over what, from a list of everything that was used."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.safety.naive_credits import Refused
from tests.safety.naive_prices import FOR_EVER, Span, Used, budget_period

SCOPES = ("run", "api_key", "department", "organization")  # the narrowest first
Key = tuple[str, str, datetime]


@dataclass(frozen=True)
class Event:
    """One use as it is reported."""

    id: str
    feature: str
    used: Used
    at: datetime | None = None
    department: str | None = None
    run: str | None = None
    api_key: str | None = None
    is_error: bool = False

    @property
    def payload(self) -> tuple[object, ...]:
        """What must be the same when an event is reported again."""
        return self.feature, self.used, self.at, self.department, self.run, self.is_error

    def who(self, scope: str) -> str | None:
        return {"run": self.run, "api_key": self.api_key, "department": self.department, "organization": ""}[scope]


@dataclass
class Budget:
    """An amount a period; increases are amount, begin and end."""

    id: str
    scope: str
    scope_id: str | None
    feature: str | None
    measure: str
    every: str
    amount: int
    is_hard: bool
    since: datetime
    increases: dict[str, tuple[int, datetime, datetime]] = field(
        default_factory=dict[str, tuple[int, datetime, datetime]]
    )

    def limit(self, now: datetime) -> int:
        return self.amount + sum(amount for amount, begin, end in self.increases.values() if begin <= now < end)

    def subject(self, event: Event, at: datetime) -> str | None:
        """Who of the event's has the amount; empty where it is shared, None when the event does not count."""
        who = event.who(self.scope)
        if who is None or at < self.since or self.feature not in (None, event.feature):
            return None
        if self.scope_id is not None:
            return "" if who == self.scope_id else None
        return who


@dataclass(frozen=True)
class Fact:
    """What one charge used, by the measures of budgets, and when."""

    event: Event
    at: datetime
    billing: Span
    use: dict[str, int]


@dataclass
class Budgets:
    """All budgets that were not archived, and what is spent and held of each."""

    zone: ZoneInfo
    all: dict[str, Budget] = field(default_factory=dict[str, Budget])
    spent: "Counter[Key]" = field(default_factory=Counter[Key])
    held: "Counter[Key]" = field(default_factory=Counter[Key])

    def takes(
        self, event: Event, use: dict[str, int], at: datetime, billing: Span, admit_at: datetime | None
    ) -> dict[Key, int]:
        """What an event takes of each; with `admit_at` it is refused where a hard one has too little."""
        taken: dict[Key, int] = {}
        for budget in sorted(self.all.values(), key=lambda budget: SCOPES.index(budget.scope)):
            subject, amount = budget.subject(event, at), use[budget.measure]
            if subject is None or not amount:
                continue
            key = (budget.id, subject, budget_period(budget.every, at, self.zone, billing)[0])
            is_over = admit_at is not None and self.spent[key] + self.held[key] + amount > budget.limit(admit_at)
            if is_over and budget.is_hard:
                raise Refused("budget_exceeded", budget.scope)
            taken[key] = amount
        return taken

    def count(self, counted: "Counter[Key]", taken: dict[Key, int], sign: int = 1) -> None:
        """Add what is taken to what is spent or held, unless the budget was archived meanwhile."""
        for key, amount in taken.items():
            if key[0] in self.all:
                counted[key] += sign * amount

    def add(self, budget: Budget, facts: list[Fact], running: Span) -> None:
        """A new budget begins with what its running period has used."""
        self.all[budget.id] = budget
        budget.since = running[0]
        for fact in facts:
            subject = budget.subject(fact.event, fact.at)
            if subject is not None and fact.use[budget.measure]:
                start = budget_period(budget.every, fact.at, self.zone, fact.billing)[0]
                self.spent[budget.id, subject, start] += fact.use[budget.measure]

    def change(self, budget_id: str, amount: int, is_hard: bool, now: datetime, billing: Span) -> None:
        """Refused when a hard budget would have less than is used and held in the running period."""
        budget = self.all[budget_id]
        if is_hard and (amount < budget.amount or (amount >= budget.amount and not budget.is_hard)):
            start = budget_period(budget.every, now, self.zone, billing)[0]
            limit = amount + budget.limit(now) - budget.amount
            for key in self._keys():
                if (key[0], key[2]) == (budget_id, start) and self.spent[key] + self.held[key] > limit:
                    raise Refused("budget_below_use")
        budget.amount, budget.is_hard = amount, is_hard

    def archive(self, budget_id: str) -> None:
        """From now on it neither counts nor refuses."""
        del self.all[budget_id]

    def running(self, every: str, now: datetime, billing: Span) -> Span:
        return FOR_EVER if every == "total" else budget_period(every, now, self.zone, billing)

    def counters(self) -> dict[Key, tuple[int, int]]:
        """What is spent and held, where there is anything."""
        return {key: (self.spent[key], self.held[key]) for key in self._keys() if self.spent[key] or self.held[key]}

    def _keys(self) -> Iterator[Key]:
        return (key for key in {*self.spent, *self.held} if key[0] in self.all)
