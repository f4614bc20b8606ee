"""Automatic top-ups: when an organization wants one, and each with what became of it."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import COUNT, NANOS, Flag, Instant

top_up_setting = table(
    "top_up_setting",
    required("organization_id", Text, ForeignKey("organization.id"), primary_key=True),
    required("threshold_nanos", NANOS),
    CheckConstraint("threshold_nanos > 0", name="threshold"),
    required("threshold_currency", Text),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos > 0", name="amount"),
    required("currency", Text),
    required("daily_cap_nanos", NANOS),
    CheckConstraint("daily_cap_nanos >= amount_nanos", name="daily_cap"),
    required("cool_off_seconds", COUNT),
    CheckConstraint("cool_off_seconds >= 0", name="cool_off"),
    required("is_enabled", Flag),
    required("changed_at", Instant),
    clustered=True,
)

top_up = table(
    "top_up",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("state", Text),
    CheckConstraint("state IN ('pending', 'succeeded', 'declined')", name="state"),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos > 0", name="amount"),
    required("currency", Text),
    required("created_at", Instant),
    optional("attempted_at", Instant),
    optional("customer_id", Text),
    optional("payment_intent_id", Text),
    optional("reason", Text),
    CheckConstraint("(state = 'declined') = (reason IS NOT NULL)", name="reason"),
    optional("resolved_at", Instant),
    CheckConstraint("(state = 'pending') = (resolved_at IS NULL)", name="resolved"),
)
_PENDING = text("state = 'pending'")
Index(
    "uq_top_up_pending",
    top_up.c.organization_id,
    unique=True,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)
Index("ix_top_up_organization_id_created_at", top_up.c.organization_id, top_up.c.created_at)
