"""Charged events as rows, in the form the database stores them: one pass, nothing made that is not written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from billing_core.adapters.database.types import canonical_json
from billing_core.domain.clock import to_micros
from billing_core.domain.usage import COUNTS
from billing_core.services.charging.ports import ChargedEvent

Row = tuple[object, ...]

EVENT = (
    "id",
    "organization_id",
    "source",
    "event_id",
    "payload_hash",
    "feature",
    "department_id",
    "member_id",
    "api_key_id",
    "run",
    "occurred_at",
    "recorded_at",
    "provider",
    "model",
    *COUNTS,
    "latency_ms",
    "is_error",
    "properties",
    "plan_version_id",
    "period_start",
    "allowance",
    "measured",
    "included",
    "price_nanos",
    "price_currency",
    "credits_nanos",
    "credits_cost_nanos",
    "balance_nanos",
    "overage_nanos",
    "currency",
    "provider_cost_nanos",
    "provider_cost_currency",
    "service_tier",
    "units_before",
    "spent_before_nanos",
    "discount",
    "hold_id",
    "backfill",
)
ALLOCATION = ("event_id", "grant_id", "amount_nanos", "cost_nanos")
ENTRY = ("id", "organization_id", "kind", "event_id", "description", "effective_at", "recorded_at")
POSTING = ("entry_id", "line", "organization_id", "account", "currency", "amount_nanos", "grant_id")


@dataclass(frozen=True, slots=True)
class ChargeRows:
    """The rows of a batch by table, in the order of the columns above."""

    events: list[Row] = field(default_factory=list[Row])
    allocations: list[Row] = field(default_factory=list[Row])
    entries: list[Row] = field(default_factory=list[Row])
    postings: list[Row] = field(default_factory=list[Row])


def charge_rows(charged: Iterable[ChargedEvent], now: datetime) -> ChargeRows:
    """Every charged event with what its grants gave and what it posted."""
    rows = ChargeRows()
    recorded_at = to_micros(now)
    period_starts: dict[datetime, int] = {}
    for item in charged:
        period_start = item.charge.period_start
        if period_start not in period_starts:
            period_starts[period_start] = to_micros(period_start)
        occurred_at = recorded_at if item.occurred_at is now else to_micros(item.occurred_at)
        rows.events.append(_event(item, occurred_at, recorded_at, period_starts[period_start]))
        organization_id, entry_id = item.event.organization_id, item.entry_id
        postings = item.charge.postings()
        if postings:
            rows.entries.append(
                (entry_id, organization_id, "charge", item.id, item.event.feature, occurred_at, recorded_at)
            )
            for line, (account, currency, amount_nanos, grant_id) in enumerate(postings, 1):
                rows.postings.append((entry_id, line, organization_id, account.value, currency, amount_nanos, grant_id))
        for part in item.charge.allocations:
            rows.allocations.append((item.id, part.grant_id, part.amount_nanos, part.cost_nanos))
    return rows


def _event(item: ChargedEvent, occurred_at: int, recorded_at: int, period_start: int) -> Row:
    event, charge, cost = item.event, item.charge, item.provider_cost
    used, properties = event.quantities, event.properties
    return (
        item.id,
        event.organization_id,
        event.source,
        event.event_id,
        item.payload_hash,
        event.feature,
        event.department,
        event.member,
        event.api_key_id,
        event.run,
        occurred_at,
        recorded_at,
        event.provider,
        event.model,
        used.units,
        used.input_tokens,
        used.llm_tokens,
        used.output_tokens,
        used.cache_read_tokens,
        used.cache_write_tokens,
        used.reasoning_tokens,
        event.latency_ms,
        int(event.is_error),
        None if properties is None else canonical_json(properties),
        charge.plan_version_id,
        period_start,
        charge.allowance,
        charge.measured,
        charge.included,
        charge.price_nanos,
        charge.price_currency,
        charge.credits_nanos,
        charge.credits_cost_nanos,
        charge.balance_nanos,
        charge.overage_nanos,
        charge.currency,
        None if cost is None else cost.nanos,
        None if cost is None else cost.currency,
        event.service_tier,
        charge.units_before,
        charge.spent_before_nanos,
        charge.discount,
        item.hold_id,
        event.backfill,
    )
