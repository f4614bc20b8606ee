"""Keys that work for every organization, and the answers kept for requests that are sent again."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations.triggers import is_postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Let a key belong to no organization, and keep answers by caller and Idempotency-Key."""
    _let_organization_be_missing(is_let=True)
    op.create_table(
        "idempotent_answer",
        sa.Column("caller_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("claimed_at", types.Instant(), nullable=False),
        sa.Column("status", types.COUNT, nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("caller_id", "key", name=op.f("pk_idempotent_answer")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_idempotent_answer_claimed_at", "idempotent_answer", ["claimed_at"], unique=False)


def downgrade() -> None:
    """Forget the answers; it fails where there are keys of operators."""
    op.drop_table("idempotent_answer")
    _let_organization_be_missing(is_let=False)


def _let_organization_be_missing(*, is_let: bool) -> None:
    if is_postgresql():
        op.alter_column("api_key", "organization_id", nullable=is_let)
        return
    # SQLite cannot change a column: the table is made anew under its own name.
    op.execute("CREATE TEMP TABLE api_key_before AS SELECT * FROM api_key")
    op.drop_table("api_key")
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=is_let),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", types.Document(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_api_key_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_api_key_organization_id", "api_key", ["organization_id"], unique=False)
    op.execute("INSERT INTO api_key SELECT * FROM api_key_before")
    op.execute("DROP TABLE api_key_before")
