"""Facts never change: the database itself refuses to update or delete them."""

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = (
    "usage_event",
    "credit_allocation",
    "ledger_entry",
    "ledger_posting",
    "provider_price",
    "audit_record",
)
FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% never changes; append a correction instead', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    """Set a trigger on every table of facts."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(FUNCTION)
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            _refuse(table, verb, "", is_postgresql=is_postgresql)
    for verb in ("UPDATE", "DELETE"):
        _refuse("plan_version", verb, "OLD.published_at IS NOT NULL", is_postgresql=is_postgresql)


def downgrade() -> None:
    """Take the triggers away."""
    for table in (*APPEND_ONLY, "plan_version"):
        for verb in ("UPDATE", "DELETE"):
            on_table = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {_name(table, verb)}{on_table}")


def _name(table: str, verb: str) -> str:
    return f"{table}_refuses_{verb.lower()}"


def _refuse(table: str, verb: str, condition: str, *, is_postgresql: bool) -> None:
    when = f"WHEN ({condition}) " if condition else ""
    action = (
        "EXECUTE FUNCTION refuse_change()"
        if is_postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{table} never changes; append a correction instead'); END"
    )
    op.execute(f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table} FOR EACH ROW {when}{action}")
