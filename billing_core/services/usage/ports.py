"""What reading usage needs from storage, and what it answers with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from billing_core.domain.money import Money
from billing_core.domain.usage import Quantities


class Place(NamedTuple):
    """Where an event stands in the history: the newest first, by when it occurred, and then by its number."""

    occurred_at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which events; None for any. Times are half-open, everything else as it was reported.

    `took_credits` are those alone that credits paid for when they were charged.
    """

    occurred_from: datetime | None = None
    occurred_until: datetime | None = None
    feature: str | None = None
    member: str | None = None
    department: str | None = None
    api_key_id: str | None = None
    provider: str | None = None
    model: str | None = None
    source: str | None = None
    run: str | None = None
    took_credits: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether few events of the chosen time may pass."""
        return self.took_credits or bool(self.named)

    @property
    def named(self) -> Mapping[str, str]:
        """What the events must be of, besides their time."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCounted:
    """An event with everything it counts for now: what was reported and charged, and its corrections since.

    One that was cancelled counts for nothing. `provider_costs` are empty where the model's price is not known.
    """

    id: str
    place: Place
    source: str
    event_id: str
    recorded_at: datetime
    feature: str
    member: str | None
    department: str | None
    api_key_id: str | None
    run: str | None
    provider: str | None
    model: str | None
    service_tier: str | None
    quantities: Quantities
    latency_ms: int | None
    is_error: bool
    properties: Mapping[str, Any] | None
    allowance: str | None
    measured: int
    included: int
    price: Money
    credits: Money
    balance: Money
    overage: Money
    provider_costs: Sequence[Money]
    adjustments: int
    is_cancelled: bool


class UsageHistory(Protocol):
    """Events as they were recorded, and their corrections."""

    def events(
        self, organization_id: str, chosen: HistoryFilter, after: Place | None, until: Place | None, count_max: int
    ) -> Sequence[EventCounted]:
        """The chosen events from behind `after` up to and with `until`, the newest first."""
        ...

    def event(self, organization_id: str, event_id: str) -> EventCounted | None:
        """The event of the organization with that id of ours (`evt_...`); None where it has none."""
        ...

    def place_behind(
        self, organization_id: str, chosen: HistoryFilter, after: Place | None, count: int
    ) -> Place | None:
        """The place of the event that so many lie before, of any in the chosen time; None where there are fewer."""
        ...


class HistoryUnit(Protocol):
    """The part of a unit of work that knows what was used."""

    @property
    def usage_history(self) -> UsageHistory: ...
