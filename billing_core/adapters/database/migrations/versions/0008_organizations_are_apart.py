"""Organizations are apart on PostgreSQL: a transaction confined to one sees and writes nothing of the others."""

from billing_core.adapters.database.migrations.row_security import confine, confine_by_grant, release

revision = "0008"
down_revision = "0007"

OWNED = (
    "alert",
    "api_key",
    "audit_record",
    "books",
    "budget",
    "budget_counter",
    "budget_increase",
    "credit_grant",
    "credit_purchase",
    "credit_write_off",
    "department",
    "hold",
    "ledger_day",
    "ledger_entry",
    "ledger_posting",
    "member",
    "subscription",
    "usage_adjustment",
    "usage_counter",
    "usage_event",
    "wallet",
)
OWNED_BY_GRANT = ("adjustment_allocation", "credit_allocation")


def upgrade() -> None:
    """Set a policy on every table with rows of organizations."""
    confine("organization", column="id")
    confine("dead_letter", column="organization")
    confine("alert_rule", shows_unowned=True)
    for table in OWNED:
        confine(table)
    for table in OWNED_BY_GRANT:
        confine_by_grant(table)


def downgrade() -> None:
    """Take the policies away."""
    for table in ("organization", "dead_letter", "alert_rule", *OWNED, *OWNED_BY_GRANT):
        release(table)
