"""The catalogue has a version, so that what processes keep of prices, features and alert rules is never stale."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0006"
down_revision = "0005"

SUBJECTS = {
    "feature": "features",
    "alert_rule": "alert_rules",
    "provider_price": "provider_prices",
    "provider_model_alias": "provider_prices",
}
# A number drawn anew, not one more: what was read within a transaction that is rolled back can never pass for current.
NEW_VERSION = "UPDATE catalog_version SET version = abs(random() / 2) WHERE subject"
FUNCTION = """
CREATE FUNCTION catalog_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE catalog_version SET version = floor(random() * 4611686018427387904)::bigint WHERE subject = TG_ARGV[0];
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Add the table and let it follow."""
    catalog_version = op.create_table(
        "catalog_version",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", types.BIGINT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_catalog_version")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.bulk_insert(catalog_version, [{"subject": subject, "version": 1} for subject in sorted(set(SUBJECTS.values()))])
    if triggers.is_postgresql():
        op.execute(FUNCTION)
    for table, subject in SUBJECTS.items():
        for verb in triggers.VERBS:
            action = (
                f"FOR EACH STATEMENT EXECUTE FUNCTION catalog_follow('{subject}')"
                if triggers.is_postgresql()
                else f"BEGIN {NEW_VERSION} = '{subject}'; END"
            )
            op.execute(f"CREATE TRIGGER {_name(table, verb)} AFTER {verb} ON {table} {action}")


def downgrade() -> None:
    """Take both away."""
    for table in SUBJECTS:
        for verb in triggers.VERBS:
            op.execute(f"DROP TRIGGER {_name(table, verb)}" + (f" ON {table}" if triggers.is_postgresql() else ""))
    if triggers.is_postgresql():
        op.execute("DROP FUNCTION catalog_follow()")
    op.drop_table("catalog_version")


def _name(table: str, verb: str) -> str:
    return f"{table}_moves_catalogue_on_{verb.lower()}"
