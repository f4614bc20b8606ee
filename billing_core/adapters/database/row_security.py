"""Whether the organizations of a database on PostgreSQL are apart, as migrations left them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from billing_core.services.verification.ports import Finding

INVARIANT = "organizations are apart"
UNGUARDED = """
SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace AND attname = 'organization_id'
    AND NOT attisdropped AND NOT relrowsecurity AND has_table_privilege('tollbooth_confined', pg_class.oid, 'SELECT')
UNION ALL
SELECT relname, NULL FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace AND NOT relrowsecurity
    AND has_table_privilege('tollbooth_confined', pg_class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1, 2
"""
OPEN_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = 'tollbooth_confined' AND (rolsuper OR rolbypassrls OR rolcanlogin)"


def row_security_findings(connection: Connection) -> Sequence[Finding]:
    """Tables whose rows a transaction confined to one organization could see or change for others; SQLite has none."""
    if connection.dialect.name != "postgresql":
        return []
    found = [
        Finding(INVARIANT, f"table {table}", "row-level security is off, and confined transactions may use it")
        for table in dict.fromkeys(row.relname for row in connection.exec_driver_sql(UNGUARDED))
    ]
    if connection.exec_driver_sql(OPEN_ROLE).first():
        found.append(
            Finding(INVARIANT, "role tollbooth_confined", "it may sign in, or row-level security is not for it")
        )
    return found
