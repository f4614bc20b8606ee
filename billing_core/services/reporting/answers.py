"""What questions are answered with: rows of exact figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_core.domain.money import Money
from billing_core.services.reporting.measures import Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The figures of one day or hour and one part of a split; days and hours without usage have no point.

    `start` is when the day or hour began, in the zone of the question: its date is the local day. `key` is the id or
    name of the part (None without a split, for events that name none, and for all parts beyond the limit, which
    `is_other` marks) and `label` what a person calls it.
    """

    start: datetime
    key: str | None
    label: str
    measures: Measures
    is_other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """The figures of one organization, department, member, feature, provider or model.

    `key` is None for events that name none, and for the row that stands for the rest (`is_other`), which combines
    `combined` of them.
    """

    key: str | None
    label: str
    measures: Measures
    is_other: bool = False
    combined: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfWeek:
    """The figures of one hour of the local week, without latency: weekday 0 is Monday, hour 0 to 23."""

    weekday: int
    hour: int
    measures: Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedModel:
    """A model that was used without a known provider price."""

    provider: str | None
    model: str
    calls: int
    tokens: int
    organizations: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureUsage:
    """What one organization used of a feature with a model, and what that was priced at before anyone paid.

    The quantities leave out failed events, which cost nothing; `calls` counts the others, and `provider_cost` is what
    the provider charged for them, None where that is not known.
    """

    organization_id: str
    feature: str
    model: str | None
    calls: int
    errors: int
    units: int
    input_tokens: int
    llm_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    measured: int
    included: int
    price: Money
    provider_cost: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far the copy has come: everything recorded before `as_of` is in it.

    `seq` is the newest event in the copy, `synced_at` when anything was last copied (None: never), `pending` how many
    events and adjustments wait, `lag` how long the oldest of them has.
    """

    as_of: datetime
    synced_at: datetime | None
    seq: int
    pending: int
    lag: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A sum that is not the same in the system of record and in the copy, of one organization.

    `currencies` are those of price, charge and provider cost of the events compared; `measure` is `rows` (events
    and their adjustments) or the name of a column.
    """

    organization_id: str
    currencies: tuple[str | None, str | None, str | None]
    measure: str
    recorded: int
    copied: int
