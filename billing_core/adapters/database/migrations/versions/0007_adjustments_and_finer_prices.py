"""Events are corrected by facts beside them; provider prices end, differ by the hour, are finer, and say why."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0007"
down_revision = "0006"

KEY = (
    "provider",
    "model",
    "token_kind",
    "service_tier",
    "input_tokens_over",
    "effective_from",
    "source",
    "source_version",
)
DELTAS = (
    "calls",
    "errors",
    "unpriced",
    "units",
    "input_tokens",
    "llm_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "measured",
    "included",
    "price_nanos",
    "credits_nanos",
    "credits_cost_nanos",
    "balance_nanos",
    "overage_nanos",
    "provider_cost_nanos",
)


def upgrade() -> None:
    """Add the tables of adjustments, and the columns of prices."""
    _add_adjustments()
    for column in (
        sa.Column("attos_per_mtok", types.BIGINT, server_default="0", nullable=False),
        sa.Column("day_second", types.BIGINT, server_default="0", nullable=False),
        sa.Column("effective_until", types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
    ):
        op.add_column("provider_price", column)
    _set_price_key((*KEY, "day_second"))


def _add_adjustments() -> None:
    op.create_table(
        "usage_adjustment",
        sa.Column("seq", types.BIGINT, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        *(sa.Column(name, types.BIGINT, nullable=False) for name in DELTAS),
        sa.Column("provider_cost_currency", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('reprice', 'correct', 'cancel')", name=op.f("ck_usage_adjustment_kind")),
        sa.CheckConstraint(
            "provider_cost_nanos = 0 OR provider_cost_currency IS NOT NULL", name=op.f("ck_usage_adjustment_cost")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_usage_adjustment_organization_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_usage_adjustment")),
        sa.UniqueConstraint("id", name=op.f("uq_usage_adjustment_id")),
        sa.UniqueConstraint("operation", name=op.f("uq_usage_adjustment_operation")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_usage_adjustment_event_id", "usage_adjustment", ["event_id"])
    op.create_index(
        "ix_usage_adjustment_organization_id_period_start", "usage_adjustment", ["organization_id", "period_start"]
    )
    op.create_table(
        "adjustment_allocation",
        sa.Column("adjustment_id", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.BIGINT, nullable=False),
        sa.Column("cost_nanos", types.BIGINT, nullable=False),
        sa.CheckConstraint("amount_nanos <> 0", name=op.f("ck_adjustment_allocation_amount")),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_adjustment_allocation_grant_id")),
        sa.PrimaryKeyConstraint("adjustment_id", "grant_id", name=op.f("pk_adjustment_allocation")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_adjustment_allocation_grant_id", "adjustment_allocation", ["grant_id"])
    for table in ("usage_adjustment", "adjustment_allocation"):
        triggers.refuse_change(table)


def _set_price_key(columns: tuple[str, ...]) -> None:
    """Change what makes a price row unique; SQLite can only do so by making the table anew."""
    if triggers.is_postgresql():
        op.drop_constraint("uq_provider_price_key", "provider_price")
        op.create_unique_constraint("uq_provider_price_key", "provider_price", columns)
        return
    connection = op.get_bind()
    rules = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'provider_price'"
    ).scalars()
    definition = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'provider_price'").scalar_one()
    begin = definition.index("uq_provider_price_key UNIQUE (")
    end = definition.index(")", begin)
    key = f"uq_provider_price_key UNIQUE ({', '.join(columns)}"
    kept = list(rules)
    op.execute("CREATE TEMP TABLE provider_price_before AS SELECT * FROM provider_price")
    op.execute("DROP TABLE provider_price")
    op.execute(definition[:begin] + key + definition[end:])
    op.execute("INSERT INTO provider_price SELECT * FROM provider_price_before")
    op.execute("DROP TABLE provider_price_before")
    for rule in kept:
        op.execute(rule)


def downgrade() -> None:
    """Take the tables and columns away; prices that need them must be gone before."""
    _set_price_key(KEY)
    for column in ("reason", "effective_until", "day_second", "attos_per_mtok"):
        op.drop_column("provider_price", column)
    for table in ("adjustment_allocation", "usage_adjustment"):
        op.drop_table(table)
