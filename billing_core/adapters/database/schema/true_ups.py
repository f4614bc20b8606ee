"""What was charged or given back at the end of a period: minimums, and volume prices that came down."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text

from billing_core.adapters.database.schema.base import required, table
from billing_core.adapters.database.types import COUNT, NANOS, Instant

period_true_up = table(
    "period_true_up",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("plan_version_id", Text, ForeignKey("plan_version.id")),
    required("feature", Text, ForeignKey("feature.code")),
    required("period_start", Instant),
    required("units", COUNT),
    required("spent_before_nanos", NANOS),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos <> 0", name="amount"),
    required("price_currency", Text),
    required("balance_nanos", NANOS),
    required("owed_nanos", NANOS),
    required("currency", Text),
    required("recorded_at", Instant),
)
Index("ix_period_true_up_organization_id_period_start", period_true_up.c.organization_id, period_true_up.c.period_start)
