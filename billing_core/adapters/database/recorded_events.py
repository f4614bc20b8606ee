"""A row of usage events as the domain knows a recorded event."""

from collections.abc import Sequence

from sqlalchemy import RowMapping

from billing_core.domain.credits import Allocation
from billing_core.domain.recorded_event import RecordedEvent
from billing_core.domain.usage import COUNTS, Quantities, UsageEvent
from billing_core.services.adjustments.ports import Adjusted

_AS_RECORDED = (
    "id",
    "occurred_at",
    "period_start",
    "plan_version_id",
    "discount",
    "allowance",
    "measured",
    "included",
    "units_before",
    "spent_before_nanos",
    "price_nanos",
    "price_currency",
    "credits_nanos",
    "balance_nanos",
    "overage_nanos",
    "currency",
)
_AS_REPORTED = (
    "organization_id",
    "feature",
    "source",
    "event_id",
    "occurred_at",
    "provider",
    "model",
    "service_tier",
    "api_key_id",
    "run",
    "latency_ms",
    "is_error",
    "properties",
    "backfill",
)


def recorded_event(row: RowMapping, allocations: Sequence[Allocation], adjusted: Adjusted) -> RecordedEvent:
    """The event of a row of `usage_event`, with its slices of grants and what its adjustments add up to."""
    costs: dict[str, int] = {}
    if row["provider_cost_nanos"] is not None:
        costs[row["provider_cost_currency"]] = row["provider_cost_nanos"]
    for currency, nanos in adjusted.costs.items():
        costs[currency] = costs.get(currency, 0) + nanos
    return RecordedEvent(
        **{name: row[name] for name in _AS_RECORDED},
        event=UsageEvent(
            **{name: row[name] for name in _AS_REPORTED},
            member=row["member_id"],
            department=row["department_id"],
            quantities=Quantities(**{name: row[name] for name in COUNTS}),
        ),
        allocations=allocations,
        costs=costs,
        adjustments=adjusted.count,
        is_cancelled=adjusted.calls < 0,
    )
