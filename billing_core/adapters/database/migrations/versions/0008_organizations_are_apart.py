"""Organizations are apart on PostgreSQL: a transaction confined to one sees and writes nothing of the others."""

from billing_core.adapters.database.migrations import row_security

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
EVERYBODYS = (
    "catalog_version",
    "credit_package",
    "feature",
    "ledger_account",
    "plan",
    "plan_version",
    "provider_model_alias",
    "provider_price",
)


def upgrade() -> None:
    """Set a policy on every table with rows of organizations, and let the catalogue be read."""
    row_security.make_role()
    row_security.confine("organization", column="id")
    row_security.confine("dead_letter", column="organization")
    row_security.confine("alert_rule", shows_unowned=True)
    for table in OWNED:
        row_security.confine(table)
    for table in OWNED_BY_GRANT:
        row_security.confine_by_grant(table)
    for table in EVERYBODYS:
        row_security.show(table)


def downgrade() -> None:
    """Take all of it away, but for the role, which belongs to the server."""
    for table in ("organization", "dead_letter", "alert_rule", *OWNED, *OWNED_BY_GRANT, *EVERYBODYS):
        row_security.withdraw(table)
