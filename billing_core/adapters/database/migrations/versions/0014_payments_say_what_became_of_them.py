"""Purchases paid with saved payment methods say why they failed; what operations posted is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

COLUMNS = ("payment_method_id", "failure_code", "failure_message")


def upgrade() -> None:
    """Add the columns and the index."""
    for name in COLUMNS:
        op.execute(f"ALTER TABLE credit_purchase ADD COLUMN {name} TEXT")
    is_operation = sa.text("operation IS NOT NULL")
    op.create_index(
        "ix_ledger_entry_operations",
        "ledger_entry",
        ["organization_id", "recorded_at"],
        sqlite_where=is_operation,
        postgresql_where=is_operation,
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_ledger_entry_operations", "ledger_entry")
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE credit_purchase DROP COLUMN {name}")
