"""What a budget is: how much an organization, department, member, API key or agent run may use in a period.

What counts is, by the budget's measure, the price of an event in money (credits at what the plan says one pays for),
the credits taken from grants, or the units reported. Amounts are nanos for money and credits, and whole units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, NANOS_MAX, format_nanos
from billing_core.domain.periods import Period, days
from billing_core.domain.usage import EARLIEST

Every = Literal["day", "week", "month", "billing", "total"]
EVERY: tuple[Every, ...] = ("day", "week", "month", "billing", "total")
FOR_EVER = Period(EARLIEST, datetime.max.replace(tzinfo=UTC))


class Scope(StrEnum):
    """Whose use a budget counts; from the narrowest to the widest, which is the order they are asked in."""

    RUN = "run"
    API_KEY = "api_key"
    MEMBER = "member"
    DEPARTMENT = "department"
    ORGANIZATION = "organization"


class Measure(StrEnum):
    """What a budget counts."""

    MONEY = "money"
    CREDITS = "credits"
    UNITS = "units"


@dataclass(frozen=True, slots=True)
class Increase:
    """An amount that a budget has on top from `starts_at` until before `ends_at`."""

    id: str
    amount: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An amount per period. A hard one refuses what would pass it, a soft one only warns.

    Without a `scope_id` every run, API key, member or department has the amount for itself. Without a `feature` all
    count. Use that occurred before `effective_at` does not count. `currency` is the organization's for money.
    """

    id: str
    organization_id: str
    name: str
    scope: Scope
    scope_id: str | None
    feature: str | None
    measure: Measure
    currency: str | None
    every: Every
    amount: int
    is_hard: bool
    effective_at: datetime
    created_at: datetime
    archived_at: datetime | None = None
    increases: Sequence[Increase] = ()

    def __post_init__(self) -> None:
        if self.scope is Scope.ORGANIZATION and self.scope_id is not None:
            raise InvalidInput("A budget of the organization names nobody else.", field="scope_id")
        if self.every not in EVERY:
            raise InvalidInput(f"{self.every!r} is not a period; use one of {', '.join(EVERY)}.", field="every")
        check_amount(self.amount, "amount")

    @property
    def is_shared(self) -> bool:
        """Whether all that it counts shares one amount."""
        return self.scope is Scope.ORGANIZATION or self.scope_id is not None

    def amount_at(self, now: datetime) -> int:
        """The amount with the increases in force."""
        if not self.increases:
            return self.amount
        return self.amount + sum(item.amount for item in self.increases if item.starts_at <= now < item.ends_at)

    def period_at(self, instant: datetime, zone: ZoneInfo, billing: Period) -> Period:
        """The period that holds `instant`: days, weeks (from Monday) and months of `zone`.

        `billing` is the monthly period of that instant that allowances renew by, also on yearly plans.
        """
        if self.every == "billing":
            return billing
        if self.every == "total":
            return FOR_EVER
        return local_period(self.every, instant.astimezone(zone).date(), zone)

    def in_words(self, amount: int) -> str:
        """An amount of this budget with its unit: `12.50 USD`, `3 units`."""
        if self.measure is Measure.UNITS:
            return f"{amount} units"
        return f"{format_nanos(amount)} {CREDITS if self.measure is Measure.CREDITS else self.currency}"


def check_amount(amount: int, field: str) -> int:
    """The amount itself when it can be counted; InvalidInput otherwise."""
    if not 0 <= amount <= NANOS_MAX:
        raise InvalidInput(f"The amount {amount} is out of range; it is from 0 to {NANOS_MAX}.", field=field)
    return amount


def local_period(every: Literal["day", "week", "month"], on: date, zone: ZoneInfo) -> Period:
    """The day, week or month of `zone` that holds the date."""
    match every:
        case "day":
            return days(on, on, zone)
        case "week":
            monday = on - timedelta(days=on.weekday())
            return days(monday, monday + timedelta(days=6), zone)
        case "month":
            first = on.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
            return days(first, following - timedelta(days=1), zone)
