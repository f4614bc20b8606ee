"""What adjustments need from storage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.adjustments import Adjustment
from billing_core.domain.credits import GrantState
from billing_core.domain.plans import PlanVersion
from billing_core.domain.recorded_event import RecordedEvent
from billing_core.domain.usage_columns import UsageColumns
from billing_core.services.alerts.ports import AlertStore
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.charging.batch import ChargingUnit
from billing_core.services.charging.ports import BooksStore, BudgetStore, ChargingStore, ProviderPrices
from billing_core.services.ledger.ports import LedgerUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; None for any. Provider and model as they were reported, times half-open."""

    organization_id: str | None = None
    provider: str | None = None
    model: str | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventRange:
    """Events of some numbers in a row: after one `seq` until another."""

    after_seq: int
    until_seq: int
    organization_ids: frozenset[str]
    earliest_period: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CostedEvents:
    """Events that used a model, as columns, with the provider cost they were recorded with."""

    id: Sequence[str]
    organization_id: Sequence[str]
    period_start: Sequence[datetime]
    cost_nanos: Sequence[int | None]
    cost_currency: Sequence[str | None]
    usage: UsageColumns


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What the adjustments of an event add up to: how many there are, calls, and provider cost by currency."""

    count: int
    calls: int
    costs: Mapping[str, int]


NEVER_ADJUSTED = Adjusted(0, 0, {})


class AdjustmentStore(Protocol):
    """Adjustments, which are only ever added, and the events they correct."""

    def next_range(self, chosen: EventFilter, after_seq: int, events_max: int) -> EventRange | None:
        """The next of the chosen events that used a model, None when there are no more."""
        ...

    def costed_events(self, chosen: EventFilter, among: EventRange) -> CostedEvents:
        """The chosen events of a range, by `seq`."""
        ...

    def adjusted(self, among: EventRange) -> Mapping[str, Adjusted]:
        """What the adjustments so far add up to, by event, for events of a range that have any."""
        ...

    def recorded(self, organization_id: str, event_ids: Sequence[str]) -> Sequence[RecordedEvent]:
        """Those of the events that the organization has, by `seq`."""
        ...

    def backfilled(
        self, organization_id: str, backfill: str, after_seq: int, events_max: int
    ) -> tuple[int, Sequence[str]]:
        """The next events of a backfill, and the `seq` of the last of them."""
        ...

    def insert(self, adjustments: Sequence[Adjustment], now: datetime) -> None: ...


class ProviderCosts(Protocol):
    """What providers charged, by the prices as they are known now."""

    def provider_costs(self, usage: UsageColumns) -> tuple[Sequence[int | None], Sequence[str]]:
        """Nanos of each row (None: no price), and the currency of each."""
        ...


class AdjustmentUnit(AuditUnit, Protocol):
    """The parts of a unit of work that adjustments use."""

    @property
    def adjustments(self) -> AdjustmentStore: ...
    @property
    def books(self) -> BooksStore: ...
    @property
    def charging(self) -> ChargingStore: ...
    @property
    def catalog(self) -> ProviderCosts: ...
    @property
    def budgets(self) -> BudgetStore: ...
    @property
    def alerts(self) -> AlertStore: ...


class CancellingCatalog(ProviderCosts, Protocol):
    """Plan versions, by which events were charged."""

    def plan_versions(self, version_ids: Iterable[str]) -> Mapping[str, PlanVersion]: ...


class GrantStore(Protocol):
    """Grants, used up ones too."""

    def grant(self, grant_id: str) -> GrantState: ...


class CancellingUnit(AdjustmentUnit, LedgerUnit, Protocol):
    """The parts of a unit of work that cancelling uses."""

    @property
    def catalog(self) -> CancellingCatalog: ...
    @property
    def credits(self) -> GrantStore: ...


class CorrectingCatalog(CancellingCatalog, ProviderPrices, Protocol):
    """What cancelling and charging ask of the catalogue."""


class CorrectingUnit(CancellingUnit, ChargingUnit, Protocol):
    """The parts of a unit of work that correcting uses: cancelling, and charging anew."""

    @property
    def catalog(self) -> CorrectingCatalog: ...
