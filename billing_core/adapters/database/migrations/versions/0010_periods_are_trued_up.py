"""What is charged or given back at the end of a period stands beside the events it follows from."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import row_security, triggers

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table, append-only and apart by organization."""
    op.create_table(
        "period_true_up",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("plan_version_id", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("units", types.COUNT, nullable=False),
        sa.Column("spent_before_nanos", types.NANOS, nullable=False),
        sa.Column("amount_nanos", types.NANOS, nullable=False),
        sa.Column("price_currency", sa.Text(), nullable=False),
        sa.Column("balance_nanos", types.NANOS, nullable=False),
        sa.Column("owed_nanos", types.NANOS, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("amount_nanos <> 0", name=op.f("ck_period_true_up_amount")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_period_true_up_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_version_id"], ["plan_version.id"], name=op.f("fk_period_true_up_plan_version_id")
        ),
        sa.ForeignKeyConstraint(["feature"], ["feature.code"], name=op.f("fk_period_true_up_feature")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_true_up")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_period_true_up_organization_id_period_start", "period_true_up", ["organization_id", "period_start"]
    )
    triggers.refuse_change("period_true_up")
    row_security.confine("period_true_up")


def downgrade() -> None:
    """Take it away again; what it posted stays in the ledger."""
    row_security.withdraw("period_true_up")
    op.drop_table("period_true_up")
