"""On PostgreSQL the facts that charging writes are not looked up again: each reference was a query for every row."""

from alembic import op

from billing_core.adapters.database.migrations.triggers import is_postgresql

revision = "0011"
down_revision = "0010"

REFERENCES = (
    ("usage_event", "organization_id", "organization", "id"),
    ("usage_event", "feature", "feature", "code"),
    ("usage_event", "plan_version_id", "plan_version", "id"),
    ("credit_allocation", "grant_id", "credit_grant", "id"),
    ("ledger_entry", "organization_id", "organization", "id"),
    ("ledger_posting", "account", "ledger_account", "code"),
)


def upgrade() -> None:
    """Drop them."""
    if is_postgresql():
        for table, column, _, _ in REFERENCES:
            op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")


def downgrade() -> None:
    """Set them again."""
    if is_postgresql():
        for table, column, target, key in REFERENCES:
            op.create_foreign_key(f"fk_{table}_{column}", table, target, [column], [key])
