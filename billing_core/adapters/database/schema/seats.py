"""What became of an organization's seats: members added and removed, and what was paid for further ones."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import COUNT, NANOS, Instant

seat_change = table(
    "seat_change",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("operation", Text),
    required("kind", Text),
    CheckConstraint("kind IN ('added', 'removed', 'renewed')", name="kind"),
    optional("member_id", Text, ForeignKey("member.id")),
    CheckConstraint("(kind = 'renewed') = (member_id IS NULL)", name="member_id"),
    required("period_start", Instant),
    required("period_end", Instant),
    required("seats_paid", COUNT),
    CheckConstraint("seats_paid >= 0", name="seats_paid"),
    required("amount_nanos", NANOS),
    required("balance_nanos", NANOS),
    required("owed_nanos", NANOS),
    CheckConstraint(
        "balance_nanos >= 0 AND owed_nanos >= 0 AND amount_nanos = balance_nanos + owed_nanos", name="amounts"
    ),
    required("currency", Text),
    required("recorded_at", Instant),
    UniqueConstraint("organization_id", "operation"),
)
Index("ix_seat_change_organization_id_period_start", seat_change.c.organization_id, seat_change.c.period_start)
