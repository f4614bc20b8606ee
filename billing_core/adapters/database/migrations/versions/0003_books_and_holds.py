"""Books have a version that follows whatever they rest on; holds reserve what a charge will take."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0003"
down_revision = "0002"

FOLLOWED = ("credit_grant", "wallet", "usage_counter", "subscription", "department", "member", "hold")
NEW_COLUMNS = {
    "credit_grant": (
        "held_nanos {integer} DEFAULT '0' NOT NULL CONSTRAINT ck_credit_grant_held CHECK (held_nanos >= 0 "
        "AND held_nanos <= granted_nanos - allocated_nanos - expired_nanos - voided_nanos)",
    ),
    "usage_counter": ("held {integer} DEFAULT '0' NOT NULL CONSTRAINT ck_usage_counter_held CHECK (held >= 0)",),
    "subscription": ("discount TEXT",),
    "usage_event": (
        "units_before {integer}",
        "spent_before_nanos {integer}",
        "discount TEXT",
        "hold_id TEXT",
        "backfill TEXT",
    ),
}
NEW_ORGANIZATION = """
CREATE TRIGGER books_begin AFTER INSERT ON organization
BEGIN INSERT INTO books (organization_id, version) VALUES (NEW.id, 1); END
"""
NEW_ORGANIZATION_POSTGRESQL = """
CREATE FUNCTION books_begin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO books (organization_id, version) VALUES (NEW.id, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER books_begin AFTER INSERT ON organization FOR EACH ROW EXECUTE FUNCTION books_begin()
"""
CHANGED_ORGANIZATION = """
CREATE TRIGGER organization_moves_books_on_update AFTER UPDATE ON organization
BEGIN UPDATE books SET version = version + 1 WHERE organization_id = NEW.id; END
"""
CHANGED_ORGANIZATION_POSTGRESQL = """
CREATE TRIGGER organization_moves_books_on_update AFTER UPDATE ON organization
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION books_follow('id')
"""


def upgrade() -> None:
    """Add the tables and columns, give every organization its books, and let them follow."""
    _add_tables()
    integer = "BIGINT" if triggers.is_postgresql() else "INTEGER"
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(integer=integer)}")
    present = sa.text("backfill IS NOT NULL")
    op.create_index(
        "ix_usage_event_backfill",
        "usage_event",
        ["organization_id", "backfill"],
        sqlite_where=present,
        postgresql_where=present,
    )
    op.execute("INSERT INTO books (organization_id, version) SELECT id, 1 FROM organization")
    _set_triggers()


def _add_tables() -> None:
    op.create_table(
        "books",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("version", types.BIGINT, nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_books_organization_id")),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_books")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("event", types.Document(), nullable=False),
        sa.Column("reserved", types.Document(), nullable=False),
        sa.Column("credits_nanos", types.BIGINT, nullable=False),
        sa.Column("balance_nanos", types.BIGINT, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("resolved_at", types.Instant(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled', 'released', 'expired')", name=op.f("ck_hold_state")),
        sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name=op.f("ck_hold_resolved")),
        sa.CheckConstraint("credits_nanos >= 0 AND balance_nanos >= 0", name=op.f("ck_hold_amounts")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_hold_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint(
            "organization_id", "source", "event_id", name=op.f("uq_hold_organization_id_source_event_id")
        ),
        sqlite_strict=True,
    )
    is_open = sa.text("state = 'open'")
    op.create_index("ix_hold_open", "hold", ["expires_at"], sqlite_where=is_open, postgresql_where=is_open)


def _set_triggers() -> None:
    if triggers.is_postgresql():
        op.execute(triggers.FOLLOW_FUNCTION)
    op.execute(NEW_ORGANIZATION_POSTGRESQL if triggers.is_postgresql() else NEW_ORGANIZATION)
    op.execute(CHANGED_ORGANIZATION_POSTGRESQL if triggers.is_postgresql() else CHANGED_ORGANIZATION)
    for table in FOLLOWED:
        triggers.follow_books(table)


def downgrade() -> None:
    """Take all of it away again; open holds are lost."""
    for table in FOLLOWED:
        triggers.unfollow_books(table)
    on_organization = " ON organization" if triggers.is_postgresql() else ""
    for trigger in ("books_begin", "organization_moves_books_on_update"):
        op.execute(f"DROP TRIGGER {trigger}{on_organization}")
    if triggers.is_postgresql():
        op.execute("DROP FUNCTION books_begin(); DROP FUNCTION books_follow()")
    op.drop_index("ix_usage_event_backfill", "usage_event")
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    op.drop_table("hold")
    op.drop_table("books")
