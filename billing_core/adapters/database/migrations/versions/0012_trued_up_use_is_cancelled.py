"""What a feature was charged may fall below zero: trued up to less, and then cancelled at its first price."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0012"
down_revision = "0011"

NEVER_NEGATIVE = "used >= 0"
NEVER_BUT_SPENT = "used >= 0 OR substr(measure, 1, 6) = 'spent:'"


def upgrade() -> None:
    """Let the counter of what was charged be negative until the next true-up."""
    _check(NEVER_BUT_SPENT)


def downgrade() -> None:
    """Forbid it again; it fails where there is such a counter."""
    _check(NEVER_NEGATIVE)


def _check(condition: str) -> None:
    if triggers.is_postgresql():
        op.drop_constraint(op.f("ck_usage_counter_used"), "usage_counter")
        op.create_check_constraint(op.f("ck_usage_counter_used"), "usage_counter", condition)
        return
    # SQLite cannot change a constraint: the table is made anew under its own name.
    op.execute("CREATE TEMP TABLE usage_counter_before AS SELECT * FROM usage_counter")
    op.drop_table("usage_counter")
    op.create_table(
        "usage_counter",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("used", types.COUNT, nullable=False),
        sa.Column("held", types.COUNT, server_default="0", nullable=False),
        sa.CheckConstraint(condition, name=op.f("ck_usage_counter_used")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_usage_counter_held")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_usage_counter_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "measure", "period_start", name=op.f("pk_usage_counter")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO usage_counter SELECT * FROM usage_counter_before")
    op.execute("DROP TABLE usage_counter_before")
    triggers.follow_books("usage_counter")
