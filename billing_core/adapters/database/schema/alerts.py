"""Alert rules and the alerts they raised, once per rule, organization, subject, period and threshold."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, Flag, Instant

alert_rule = table(
    "alert_rule",
    required("id", Text, primary_key=True),
    required("kind", Text),
    CheckConstraint(
        "kind IN ('allowance_used', 'credits_low', 'cost_above', 'budget_used', 'top_up_failed')", name="kind"
    ),
    optional("organization_id", Text, ForeignKey("organization.id")),
    required("threshold", BIGINT),
    CheckConstraint("threshold > 0", name="threshold"),
    optional("currency", Text),
    required("is_enabled", Flag),
    required("created_at", Instant),
    required("changed_at", Instant),
)

alert = table(
    "alert",
    required("id", Text, primary_key=True),
    required("rule_id", Text, ForeignKey("alert_rule.id")),
    required("kind", Text),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("subject", Text),
    required("period_start", Instant),
    required("threshold", BIGINT),
    required("value", BIGINT),
    optional("capacity", BIGINT),
    optional("currency", Text),
    required("severity", Text),
    CheckConstraint("severity IN ('warning', 'critical')", name="severity"),
    required("raised_at", Instant),
    optional("acknowledged_at", Instant),
    optional("acknowledged_by", Text),
    UniqueConstraint("rule_id", "organization_id", "subject", "period_start", "threshold", name="uq_alert_once"),
)
Index("ix_alert_organization_id_raised_at", alert.c.organization_id, alert.c.raised_at)
