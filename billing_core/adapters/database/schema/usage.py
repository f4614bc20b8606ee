"""Usage events with their charge, counters, and events that could not be taken in."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text

from billing_core.adapters.database.schema.base import fact_reference, optional, required, table
from billing_core.adapters.database.types import BIGINT, COUNT, NANOS, Document, Flag, Instant

usage_event = table(
    "usage_event",
    required("seq", BIGINT, primary_key=True, autoincrement=True),
    required("id", Text),
    required("organization_id", Text),
    required("source", Text),
    required("event_id", Text),
    required("payload_hash", Text),
    required("feature", Text),
    optional("department_id", Text),
    optional("member_id", Text),
    optional("api_key_id", Text),
    optional("run", Text),
    required("occurred_at", Instant),
    required("recorded_at", Instant),
    optional("provider", Text),
    optional("model", Text),
    required("units", COUNT),
    required("input_tokens", COUNT),
    required("llm_tokens", COUNT),
    required("output_tokens", COUNT),
    required("cache_read_tokens", COUNT),
    required("cache_write_tokens", COUNT),
    required("reasoning_tokens", COUNT),
    optional("latency_ms", COUNT),
    required("is_error", Flag),
    optional("properties", Document),
    required("plan_version_id", Text),
    required("period_start", Instant),
    optional("allowance", Text),
    required("measured", COUNT),
    required("included", COUNT),
    required("price_nanos", NANOS),
    required("price_currency", Text),
    required("credits_nanos", NANOS),
    required("credits_cost_nanos", NANOS),
    required("balance_nanos", NANOS),
    required("overage_nanos", NANOS),
    required("currency", Text),
    optional("provider_cost_nanos", NANOS),
    optional("provider_cost_currency", Text),
    optional("service_tier", Text),
    optional("units_before", COUNT),
    optional("spent_before_nanos", NANOS),
    optional("discount", Text),
    optional("hold_id", Text),
    optional("backfill", Text),
    UniqueConstraint("id"),
    UniqueConstraint("organization_id", "source", "event_id"),
    CheckConstraint("units >= 0 AND input_tokens >= 0 AND llm_tokens >= 0 AND output_tokens >= 0", name="counts"),
    CheckConstraint("cache_read_tokens + cache_write_tokens <= input_tokens", name="cached"),
    CheckConstraint("reasoning_tokens <= output_tokens", name="reasoning"),
    CheckConstraint(
        "price_nanos >= 0 AND credits_nanos >= 0 AND balance_nanos >= 0 AND overage_nanos >= 0", name="amounts"
    ),
    fact_reference("organization_id", "organization.id"),
    fact_reference("feature", "feature.code"),
    fact_reference("plan_version_id", "plan_version.id"),
)
Index("ix_usage_event_organization_id_occurred_at", usage_event.c.organization_id, usage_event.c.occurred_at)

Index(
    "ix_usage_event_backfill",
    usage_event.c.organization_id,
    usage_event.c.backfill,
    sqlite_where=text("backfill IS NOT NULL"),
    postgresql_where=text("backfill IS NOT NULL"),
)

usage_counter = table(
    "usage_counter",
    required("organization_id", Text, ForeignKey("organization.id"), primary_key=True),
    required("measure", Text, primary_key=True),
    required("period_start", Instant, primary_key=True),
    required("used", COUNT),
    # What was charged falls below zero when it was trued up to less and is then cancelled at its first price.
    CheckConstraint("used >= 0 OR substr(measure, 1, 6) = 'spent:'", name="used"),
    required("held", COUNT, CheckConstraint("held >= 0", name="held"), server_default="0"),
    clustered=True,
)

dead_letter = table(
    "dead_letter",
    required("id", Text, primary_key=True),
    required("organization", Text),
    required("source", Text),
    required("event_id", Text),
    required("position", COUNT),
    required("code", Text),
    optional("field", Text),
    required("message", Text),
    required("payload", Text),
    required("recorded_at", Instant),
    UniqueConstraint("organization", "source", "event_id"),
)
