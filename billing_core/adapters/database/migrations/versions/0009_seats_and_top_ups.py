"""Seats that are paid for, members who leave, and automatic top-ups."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import row_security, triggers

revision = "0009"
down_revision = "0008"

TABLES = ("seat_change", "top_up_setting", "top_up")


def upgrade() -> None:
    """Add the tables and the column, apart by organization; what is on record of seats never changes."""
    integer = "BIGINT" if triggers.is_postgresql() else "INTEGER"
    op.execute(f"ALTER TABLE member ADD COLUMN left_at {integer}")
    _add_seats()
    _add_top_up_settings()
    _add_top_ups()
    triggers.refuse_change("seat_change")
    triggers.follow_books("top_up_setting")
    for table in TABLES:
        row_security.confine(table)


def _add_seats() -> None:
    op.create_table(
        "seat_change",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("period_end", types.Instant(), nullable=False),
        sa.Column("seats_paid", types.COUNT, nullable=False),
        sa.Column("amount_nanos", types.NANOS, nullable=False),
        sa.Column("balance_nanos", types.NANOS, nullable=False),
        sa.Column("owed_nanos", types.NANOS, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('added', 'removed', 'renewed')", name=op.f("ck_seat_change_kind")),
        sa.CheckConstraint("(kind = 'renewed') = (member_id IS NULL)", name=op.f("ck_seat_change_member_id")),
        sa.CheckConstraint("seats_paid >= 0", name=op.f("ck_seat_change_seats_paid")),
        sa.CheckConstraint(
            "balance_nanos >= 0 AND owed_nanos >= 0 AND amount_nanos = balance_nanos + owed_nanos",
            name=op.f("ck_seat_change_amounts"),
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_seat_change_organization_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_seat_change_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_change")),
        sa.UniqueConstraint("organization_id", "operation", name=op.f("uq_seat_change_organization_id_operation")),
        sqlite_strict=True,
    )
    op.create_index("ix_seat_change_organization_id_period_start", "seat_change", ["organization_id", "period_start"])


def _add_top_up_settings() -> None:
    op.create_table(
        "top_up_setting",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("threshold_nanos", types.NANOS, nullable=False),
        sa.Column("threshold_currency", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.NANOS, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("daily_cap_nanos", types.NANOS, nullable=False),
        sa.Column("cool_off_seconds", types.COUNT, nullable=False),
        sa.Column("is_enabled", types.Flag(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.CheckConstraint("threshold_nanos > 0", name=op.f("ck_top_up_setting_threshold")),
        sa.CheckConstraint("amount_nanos > 0", name=op.f("ck_top_up_setting_amount")),
        sa.CheckConstraint("daily_cap_nanos >= amount_nanos", name=op.f("ck_top_up_setting_daily_cap")),
        sa.CheckConstraint("cool_off_seconds >= 0", name=op.f("ck_top_up_setting_cool_off")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_top_up_setting_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_top_up_setting")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _add_top_ups() -> None:
    op.create_table(
        "top_up",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.NANOS, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("attempted_at", types.Instant(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("payment_intent_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("resolved_at", types.Instant(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'succeeded', 'declined')", name=op.f("ck_top_up_state")),
        sa.CheckConstraint("amount_nanos > 0", name=op.f("ck_top_up_amount")),
        sa.CheckConstraint("(state = 'declined') = (reason IS NOT NULL)", name=op.f("ck_top_up_reason")),
        sa.CheckConstraint("(state = 'pending') = (resolved_at IS NULL)", name=op.f("ck_top_up_resolved")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_top_up_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up")),
        sqlite_strict=True,
    )
    is_pending = sa.text("state = 'pending'")
    op.create_index(
        "uq_top_up_pending",
        "top_up",
        ["organization_id"],
        unique=True,
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )
    op.create_index("ix_top_up_organization_id_created_at", "top_up", ["organization_id", "created_at"])


def downgrade() -> None:
    """Take all of it away; members who left are members again."""
    triggers.unfollow_books("top_up_setting")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("ALTER TABLE member DROP COLUMN left_at")
