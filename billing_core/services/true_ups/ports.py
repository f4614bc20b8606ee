"""What truing up needs from storage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from billing_core.domain.money import Money
from billing_core.domain.plans import Subscription
from billing_core.services.charging.batch import ChargingUnit
from billing_core.services.ledger.ports import LedgerUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUp:
    """What the end of a period changed of a feature's charge: `price`, below zero for what was given back.

    `balance` and `owed` are how it was paid, in the organization's currency.
    """

    id: str
    organization_id: str
    plan_version_id: str
    feature: str
    period_start: datetime
    units: int
    spent_before_nanos: int
    price: Money
    balance: Money
    owed: Money
    recorded_at: datetime


class TrueUpStore(Protocol):
    """True-ups, which never change."""

    def insert(self, true_ups: Sequence[TrueUp], /) -> None: ...
    def totals(self, organization_id: str, period_start: datetime) -> Mapping[str, int]:
        """What was charged for each feature at the end of the period so far, in nanos of its price's currency."""
        ...


class Subscriptions(Protocol):
    """Who is on which plan version."""

    def running(self) -> Sequence[tuple[Subscription, ZoneInfo]]:
        """Every subscription that lasts, with its organization's time zone."""
        ...


class TrueUpUnit(ChargingUnit, LedgerUnit, Protocol):
    """The parts of a unit of work that true periods up."""

    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def true_ups(self) -> TrueUpStore: ...
