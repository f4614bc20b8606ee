"""Row-level security that migrations set on PostgreSQL: a confined transaction sees and writes one organization's rows.

A confined transaction takes the role `tollbooth_confined` and says its organization in a setting. Trusted work
(charging batches, jobs, staff) stays the owner of the tables, whom policies do not concern: with a policy that lets
trusted work pass instead, PostgreSQL finds no index for conditions that call functions and misjudges every join (57 ms
instead of 2 to find 256 entries among 300,000). The role may touch nothing but what is granted here, so that a table
nobody thought of is closed to it.
"""

from alembic import op

from billing_core.adapters.database.migrations.triggers import is_postgresql

ROLE = "tollbooth_confined"
# Read once a statement, not once a row: a query of its own.
ORGANIZATION = "(SELECT current_setting('tollbooth.organization', true))"
MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN; END IF;
    IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN GRANT {ROLE} TO CURRENT_USER; END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'Let an administrator run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO %', current_user;
END $$
"""
LET_COUNT = f"""
DO $$ BEGIN EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO {ROLE}', current_schema()); END $$
"""


def make_role() -> None:
    """Make the role of confined transactions, which belongs to the server rather than to the database."""
    if is_postgresql():
        op.execute(MAKE_ROLE)


def confine(table: str, *, column: str = "organization_id", shows_unowned: bool = False) -> None:
    """Show a confined transaction only rows whose column names its organization; unowned ones to read, if asked for."""
    _set_policy(table, f"{column} = {ORGANIZATION}")
    if shows_unowned and is_postgresql():
        op.execute(f"CREATE POLICY unowned ON {table} FOR SELECT USING ({column} IS NULL)")


def confine_by_grant(table: str) -> None:
    """The same for a table whose rows belong to whom their credit grant belongs to."""
    _set_policy(table, f"EXISTS (SELECT FROM credit_grant WHERE credit_grant.id = {table}.grant_id)")


def show(table: str) -> None:
    """Let a confined transaction read a table whose rows are everybody's, such as the catalogue."""
    if is_postgresql():
        op.execute(f"GRANT SELECT ON {table} TO {ROLE}")


def withdraw(table: str) -> None:
    """Take what a confined transaction may do with a table away, and its policies."""
    if is_postgresql():
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
        for policy in ("own_organization", "unowned"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _set_policy(table: str, condition: str) -> None:
    if is_postgresql():
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
        op.execute(LET_COUNT)
        op.execute(f"CREATE POLICY own_organization ON {table} USING ({condition})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
