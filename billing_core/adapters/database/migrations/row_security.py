"""Row-level security that migrations set on PostgreSQL: a confined transaction sees and writes one organization's rows.

The setting of the transaction is empty for trusted work: charging batches, jobs, staff. It is read once a statement, in
a query of its own, so that long scans do not pay for it row by row. Conditions of a query that call functions are
checked after the policy and find no index; join unfolded JSON as a MATERIALIZED query that has called them already.
"""

from alembic import op

from billing_core.adapters.database.migrations.triggers import is_postgresql

SETTING = "(SELECT coalesce(current_setting('tollbooth.organization', true), ''))"


def confine(table: str, *, column: str = "organization_id", shows_unowned: bool = False) -> None:
    """Show a confined transaction only rows whose column names its organization; unowned ones to read, if asked for."""
    _set_policy(table, f"{SETTING} = '' OR {column} = {SETTING}")
    if shows_unowned and is_postgresql():
        op.execute(f"CREATE POLICY unowned ON {table} FOR SELECT USING ({column} IS NULL)")


def confine_by_grant(table: str) -> None:
    """The same for a table whose rows belong to whom their credit grant belongs to."""
    _set_policy(table, f"{SETTING} = '' OR EXISTS (SELECT FROM credit_grant WHERE credit_grant.id = {table}.grant_id)")


def release(table: str) -> None:
    """Take the policies of a table away."""
    if is_postgresql():
        op.execute(f"DROP POLICY IF EXISTS unowned ON {table}")
        op.execute(f"DROP POLICY own_organization ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def _set_policy(table: str, condition: str) -> None:
    if is_postgresql():
        op.execute(f"CREATE POLICY own_organization ON {table} USING ({condition})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
