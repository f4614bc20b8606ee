"""Triggers that migrations set: facts that refuse change, and books whose version follows what they rest on."""

from alembic import op

VERBS = ("INSERT", "UPDATE", "DELETE")
RAISE_VERSION = "UPDATE books SET version = version + 1 WHERE organization_id"
FOLLOW_FUNCTION = """
CREATE FUNCTION books_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format(
        'UPDATE books SET version = version + 1 WHERE organization_id IN (SELECT %I FROM changed)', TG_ARGV[0]
    );
    RETURN NULL;
END $$
"""


def is_postgresql() -> bool:
    """Whether the migration runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def refuse_change(table: str) -> None:
    """Make a table append-only; needs the function of migration 0002 on PostgreSQL."""
    for verb in ("UPDATE", "DELETE"):
        action = (
            "EXECUTE FUNCTION refuse_change()"
            if is_postgresql()
            else f"BEGIN SELECT RAISE(ABORT, '{table} never changes; append a correction instead'); END"
        )
        op.execute(f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {action}")


def follow_books(table: str, *, column: str = "organization_id") -> None:
    """Raise the version of an organization's books whenever a row of the table that names it changes."""
    for verb in VERBS:
        row = "OLD" if verb == "DELETE" else "NEW"
        action = (
            f"REFERENCING {row} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION books_follow('{column}')"
            if is_postgresql()
            else f"BEGIN {RAISE_VERSION} = {row}.{column}; END"
        )
        op.execute(f"CREATE TRIGGER {_follower(table, verb)} AFTER {verb} ON {table} {action}")


def unfollow_books(table: str) -> None:
    """Take those triggers away."""
    for verb in VERBS:
        op.execute(f"DROP TRIGGER {_follower(table, verb)}" + (f" ON {table}" if is_postgresql() else ""))


def _follower(table: str, verb: str) -> str:
    return f"{table}_moves_books_on_{verb.lower()}"
