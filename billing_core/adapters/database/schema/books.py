"""The version of every organization's books, and holds: charges that are decided but not yet booked."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, NANOS, Document, Instant

# Triggers raise the version whenever anything changes that a decision may rest on. The row is also the organization's
# lock on PostgreSQL.
books = table(
    "books",
    required("organization_id", Text, ForeignKey("organization.id"), primary_key=True),
    required("version", BIGINT),
    clustered=True,
)

hold = table(
    "hold",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("source", Text),
    required("event_id", Text),
    required("payload_hash", Text),
    required("state", Text),
    CheckConstraint("state IN ('open', 'settled', 'released', 'expired')", name="state"),
    CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="resolved"),
    required("event", Document),
    required("reserved", Document),
    required("credits_nanos", NANOS),
    required("balance_nanos", NANOS),
    CheckConstraint("credits_nanos >= 0 AND balance_nanos >= 0", name="amounts"),
    required("created_at", Instant),
    required("expires_at", Instant),
    optional("resolved_at", Instant),
    UniqueConstraint("organization_id", "source", "event_id"),
)
Index(
    "ix_hold_open",
    hold.c.expires_at,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
