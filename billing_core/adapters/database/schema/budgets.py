"""Budgets, their temporary increases, and what is spent and held of each in every period."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, Flag, Instant

budget = table(
    "budget",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("name", Text),
    required("scope", Text),
    CheckConstraint("scope IN ('run', 'api_key', 'member', 'department', 'organization')", name="scope"),
    optional("scope_id", Text),
    CheckConstraint("scope <> 'organization' OR scope_id IS NULL", name="scope_id"),
    optional("feature", Text, ForeignKey("feature.code")),
    required("measure", Text),
    CheckConstraint("measure IN ('money', 'credits', 'units')", name="measure"),
    optional("currency", Text),
    CheckConstraint("(measure = 'money') = (currency IS NOT NULL)", name="currency"),
    required("every", Text),
    CheckConstraint("every IN ('day', 'week', 'month', 'billing', 'total')", name="every"),
    required("amount", BIGINT),
    CheckConstraint("amount >= 0", name="amount"),
    required("is_hard", Flag),
    required("effective_at", Instant),
    required("created_at", Instant),
    optional("archived_at", Instant),
)
Index("ix_budget_organization_id", budget.c.organization_id)

budget_increase = table(
    "budget_increase",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("budget_id", Text, ForeignKey("budget.id")),
    required("amount", BIGINT),
    CheckConstraint("amount > 0", name="amount"),
    required("starts_at", Instant),
    required("ends_at", Instant),
    CheckConstraint("starts_at < ends_at", name="span"),
    required("created_at", Instant),
)
Index("ix_budget_increase_budget_id", budget_increase.c.budget_id)

# The subject is who has the amount for itself (a run, say); it is empty where the amount is shared.
budget_counter = table(
    "budget_counter",
    required("budget_id", Text, ForeignKey("budget.id"), primary_key=True),
    required("subject", Text, primary_key=True),
    required("period_start", Instant, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("spent", BIGINT),
    required("held", BIGINT),
    CheckConstraint("spent >= 0 AND held >= 0", name="signs"),
    clustered=True,
)
Index("ix_budget_counter_organization_id", budget_counter.c.organization_id)
