"""Credits end: expired, rolled over or voided; ledger entries are sealed in blocks and added up by day."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables, and the index that finds the grants that have ended."""
    _add_write_offs()
    _add_seals()
    op.create_table(
        "ledger_day",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", types.Instant(), nullable=False),
        sa.Column("debit_nanos", types.BIGINT, nullable=False),
        sa.Column("credit_nanos", types.BIGINT, nullable=False),
        sa.CheckConstraint("debit_nanos >= 0 AND credit_nanos >= 0", name=op.f("ck_ledger_day_signs")),
        sa.PrimaryKeyConstraint("organization_id", "account", "currency", "day", name=op.f("pk_ledger_day")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    is_open = sa.text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos")
    op.create_index(
        "ix_credit_grant_expiring", "credit_grant", ["expires_at"], sqlite_where=is_open, postgresql_where=is_open
    )


def _add_write_offs() -> None:
    op.create_table(
        "credit_write_off",
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.BIGINT, nullable=False),
        sa.Column("cost_nanos", types.BIGINT, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('expired', 'rolled_over', 'voided')", name=op.f("ck_credit_write_off_kind")),
        sa.CheckConstraint("amount_nanos > 0", name=op.f("ck_credit_write_off_amount")),
        sa.CheckConstraint("cost_nanos >= 0", name=op.f("ck_credit_write_off_cost")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_credit_write_off_organization_id")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_credit_write_off_grant_id")),
        sa.PrimaryKeyConstraint("operation", name=op.f("pk_credit_write_off")),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_write_off_grant_id", "credit_write_off", ["grant_id"])
    op.create_index("ix_credit_write_off_organization_id", "credit_write_off", ["organization_id"])
    triggers.refuse_change("credit_write_off")


def _add_seals() -> None:
    op.create_table(
        "ledger_seal",
        sa.Column("block", types.BIGINT, autoincrement=False, nullable=False),
        sa.Column("first_seq", types.BIGINT, nullable=False),
        sa.Column("last_seq", types.BIGINT, nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("fingerprints", sa.Text(), nullable=False),
        sa.Column("sealed_at", types.Instant(), nullable=False),
        sa.CheckConstraint("first_seq <= last_seq", name=op.f("ck_ledger_seal_order")),
        sa.PrimaryKeyConstraint("block", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_seal_hash")),
        sqlite_strict=True,
    )
    triggers.refuse_change("ledger_seal")


def downgrade() -> None:
    """Take the tables away; what had expired stays expired in the grants and in the ledger."""
    op.drop_index("ix_credit_grant_expiring", "credit_grant")
    for table in ("ledger_day", "ledger_seal", "credit_write_off"):
        op.drop_table(table)
