"""Budgets per scope and period, and alert rules that watch them."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types
from billing_core.adapters.database.migrations import triggers

revision = "0004"
down_revision = "0003"

TABLES = ("budget", "budget_increase", "budget_counter")
KINDS_BEFORE = ("allowance_used", "credits_low", "cost_above")
KINDS = (*KINDS_BEFORE, "budget_used", "top_up_failed")


def upgrade() -> None:
    """Add the tables, let books follow them, and allow the new kinds of rules."""
    _add_budgets()
    _add_counters()
    for table in TABLES:
        triggers.follow_books(table)
    _allow_rules(KINDS)


def _add_budgets() -> None:
    op.create_table(
        "budget",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Text(), nullable=True),
        sa.Column("feature", sa.Text(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("amount", types.BIGINT, nullable=False),
        sa.Column("is_hard", types.Flag(), nullable=False),
        sa.Column("effective_at", types.Instant(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("archived_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('run', 'api_key', 'member', 'department', 'organization')", name=op.f("ck_budget_scope")
        ),
        sa.CheckConstraint("scope <> 'organization' OR scope_id IS NULL", name=op.f("ck_budget_scope_id")),
        sa.CheckConstraint("measure IN ('money', 'credits', 'units')", name=op.f("ck_budget_measure")),
        sa.CheckConstraint("(measure = 'money') = (currency IS NOT NULL)", name=op.f("ck_budget_currency")),
        sa.CheckConstraint("every IN ('day', 'week', 'month', 'billing', 'total')", name=op.f("ck_budget_every")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_amount")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_budget_organization_id")),
        sa.ForeignKeyConstraint(["feature"], ["feature.code"], name=op.f("fk_budget_feature")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sqlite_strict=True,
    )
    op.create_index("ix_budget_organization_id", "budget", ["organization_id"])


def _add_counters() -> None:
    op.create_table(
        "budget_increase",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("amount", types.BIGINT, nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_budget_increase_amount")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_budget_increase_span")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_budget_increase_organization_id")
        ),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_budget_increase_budget_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_increase")),
        sqlite_strict=True,
    )
    op.create_index("ix_budget_increase_budget_id", "budget_increase", ["budget_id"])
    op.create_table(
        "budget_counter",
        sa.Column("budget_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("spent", types.BIGINT, nullable=False),
        sa.Column("held", types.BIGINT, nullable=False),
        sa.CheckConstraint("spent >= 0 AND held >= 0", name=op.f("ck_budget_counter_signs")),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_budget_counter_budget_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_budget_counter_organization_id")
        ),
        sa.PrimaryKeyConstraint("budget_id", "subject", "period_start", name=op.f("pk_budget_counter")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_budget_counter_organization_id", "budget_counter", ["organization_id"])


def _allow_rules(kinds: tuple[str, ...]) -> None:
    names = ", ".join(f"'{kind}'" for kind in kinds)
    check = f"kind IN ({names})"
    if triggers.is_postgresql():
        op.drop_constraint(op.f("ck_alert_rule_kind"), "alert_rule")
        op.create_check_constraint(op.f("ck_alert_rule_kind"), "alert_rule", check)
        return
    # SQLite cannot change a constraint: the table is made anew under its own name, which alerts refer to.
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMP TABLE alert_rule_before AS SELECT * FROM alert_rule")
    op.drop_table("alert_rule")
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("threshold", types.BIGINT, nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("is_enabled", types.Flag(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.CheckConstraint(check, name=op.f("ck_alert_rule_kind")),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_alert_rule_threshold")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_alert_rule_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO alert_rule SELECT * FROM alert_rule_before")
    op.execute("DROP TABLE alert_rule_before")


def downgrade() -> None:
    """Take budgets and what watched them away."""
    op.execute("DELETE FROM alert WHERE kind IN ('budget_used', 'top_up_failed')")
    op.execute("DELETE FROM alert_rule WHERE kind IN ('budget_used', 'top_up_failed')")
    _allow_rules(KINDS_BEFORE)
    for table in TABLES:
        triggers.unfollow_books(table)
    for table in reversed(TABLES):
        op.drop_table(table)
