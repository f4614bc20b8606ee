"""Corrections of charged events: facts beside the event that say by how much what it counted has changed."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, NANOS, Instant
from billing_core.domain.usage import COUNTS

usage_adjustment = table(
    "usage_adjustment",
    required("seq", BIGINT, primary_key=True, autoincrement=True),
    required("id", Text, unique=True),
    required("event_id", Text),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("kind", Text),
    CheckConstraint("kind IN ('reprice', 'correct', 'cancel')", name="kind"),
    required("operation", Text, unique=True),
    required("reason", Text),
    required("actor", Text),
    required("period_start", Instant),
    required("recorded_at", Instant),
    required("calls", BIGINT),
    required("errors", BIGINT),
    required("unpriced", BIGINT),
    *(required(name, BIGINT) for name in COUNTS),
    required("measured", BIGINT),
    required("included", BIGINT),
    required("price_nanos", NANOS),
    required("credits_nanos", NANOS),
    required("credits_cost_nanos", NANOS),
    required("balance_nanos", NANOS),
    required("overage_nanos", NANOS),
    required("provider_cost_nanos", NANOS),
    optional("provider_cost_currency", Text),
    CheckConstraint("provider_cost_nanos = 0 OR provider_cost_currency IS NOT NULL", name="cost"),
)
Index("ix_usage_adjustment_event_id", usage_adjustment.c.event_id)
Index(
    "ix_usage_adjustment_organization_id_period_start",
    usage_adjustment.c.organization_id,
    usage_adjustment.c.period_start,
)

adjustment_allocation = table(
    "adjustment_allocation",
    required("adjustment_id", Text, primary_key=True),
    required("grant_id", Text, ForeignKey("credit_grant.id"), primary_key=True),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos <> 0", name="amount"),
    required("cost_nanos", NANOS),
    clustered=True,
)
Index("ix_adjustment_allocation_grant_id", adjustment_allocation.c.grant_id)
