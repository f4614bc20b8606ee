"""The first schema: every table as it was at the beginning."""

import sqlalchemy as sa
from alembic import op

from billing_core.adapters.database import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "credit_package",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credits_nanos", types.BIGINT, nullable=False),
        sa.Column("price_nanos", types.BIGINT, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_months", types.BIGINT, nullable=True),
        sa.Column("effective_from", types.Instant(), nullable=False),
        sa.Column("is_active", types.Flag(), nullable=False),
        sa.CheckConstraint("credits_nanos > 0", name=op.f("ck_credit_package_credits")),
        sa.CheckConstraint("price_nanos > 0", name=op.f("ck_credit_package_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_package")),
        sa.UniqueConstraint("code", "effective_from", name=op.f("uq_credit_package_code_effective_from")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("position", types.BIGINT, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint(
            "organization", "source", "event_id", name=op.f("uq_dead_letter_organization_source_event_id")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "feature",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("units_per_display_unit", types.BIGINT, nullable=False),
        sa.Column("display_unit", sa.Text(), nullable=False),
        sa.Column("aggregation", sa.Text(), nullable=False),
        sa.Column("is_active", types.Flag(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("aggregation IN ('sum', 'max')", name=op.f("ck_feature_aggregation")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_feature")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "job",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_run_at", types.Instant(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("leased_until", types.Instant(), nullable=True),
        sa.Column("finished_at", types.Instant(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "ledger_account",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'revenue', 'expense', 'contra')", name=op.f("ck_ledger_account_kind")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ledger_account")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_demo", types.Flag(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("staff_role", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("staff_role IN ('admin', 'analyst')", name=op.f("ck_person_staff_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "plan",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", types.BIGINT, nullable=False),
        sa.Column("is_active", types.Flag(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_plan")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "provider_model_alias",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("match", types.Document(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "model", name=op.f("pk_provider_model_alias")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "provider_price",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("token_kind", sa.Text(), nullable=False),
        sa.Column("service_tier", sa.Text(), nullable=False),
        sa.Column("input_tokens_over", types.BIGINT, nullable=False),
        sa.Column("nanos_per_mtok", types.BIGINT, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("effective_from", types.Instant(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_version", sa.Text(), nullable=False),
        sa.Column("precedence", types.BIGINT, nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("nanos_per_mtok >= 0", name=op.f("ck_provider_price_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_price")),
        sa.UniqueConstraint(
            "provider",
            "model",
            "token_kind",
            "service_tier",
            "input_tokens_over",
            "effective_from",
            "source",
            "source_version",
            name="uq_provider_price_key",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("seq", types.BIGINT, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failed_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sign_in_failure")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_sign_in_failure_subject_failed_at", "sign_in_failure", ["subject", "failed_at"], unique=False)
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "stripe_object",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "local_id", name=op.f("pk_stripe_object")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_stripe_object_stripe_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
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
        sa.CheckConstraint("kind IN ('allowance_used', 'credits_low', 'cost_above')", name=op.f("ck_alert_rule_kind")),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_alert_rule_threshold")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_alert_rule_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
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
    op.create_table(
        "audit_record",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("before", types.Document(), nullable=True),
        sa.Column("after", types.Document(), nullable=True),
        sa.CheckConstraint("actor_kind IN ('person', 'api_key', 'system')", name=op.f("ck_audit_record_actor_kind")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_audit_record_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_audit_record_object_kind_object_id", "audit_record", ["object_kind", "object_id"], unique=False)
    op.create_table(
        "credit_grant",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("priority", types.BIGINT, nullable=False),
        sa.Column("features", types.Document(), nullable=True),
        sa.Column("granted_nanos", types.BIGINT, nullable=False),
        sa.Column("allocated_nanos", types.BIGINT, nullable=False),
        sa.Column("expired_nanos", types.BIGINT, nullable=False),
        sa.Column("voided_nanos", types.BIGINT, nullable=False),
        sa.Column("cost_nanos", types.BIGINT, nullable=False),
        sa.Column("cost_currency", sa.Text(), nullable=False),
        sa.Column("effective_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('sign_up', 'plan', 'purchase', 'promotion', 'adjustment')", name=op.f("ck_credit_grant_origin")
        ),
        sa.CheckConstraint(
            "allocated_nanos >= 0 AND expired_nanos >= 0 AND voided_nanos >= 0", name=op.f("ck_credit_grant_signs")
        ),
        sa.CheckConstraint("cost_nanos >= 0", name=op.f("ck_credit_grant_cost")),
        sa.CheckConstraint(
            "granted_nanos - allocated_nanos - expired_nanos - voided_nanos >= 0",
            name=op.f("ck_credit_grant_remaining"),
        ),
        sa.CheckConstraint("granted_nanos > 0", name=op.f("ck_credit_grant_granted")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_credit_grant_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grant")),
        sa.UniqueConstraint("operation", name=op.f("uq_credit_grant_operation")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_credit_grant_open",
        "credit_grant",
        ["organization_id"],
        unique=False,
        sqlite_where=sa.text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
        postgresql_where=sa.text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
    )
    op.create_index("ix_credit_grant_organization_id", "credit_grant", ["organization_id"], unique=False)
    op.create_table(
        "department",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_department_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("organization_id", "name", name=op.f("uq_department_organization_id_name")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "ledger_entry",
        sa.Column("seq", types.BIGINT, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=True),
        sa.Column("reverses_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("effective_at", types.Instant(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.CheckConstraint("(event_id IS NULL) <> (operation IS NULL)", name=op.f("ck_ledger_entry_cause")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_ledger_entry_organization_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_ledger_entry_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_ledger_entry_organization_id_recorded_at", "ledger_entry", ["organization_id", "recorded_at"], unique=False
    )
    op.create_index(
        "uq_ledger_entry_event_id",
        "ledger_entry",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.create_index(
        "uq_ledger_entry_operation",
        "ledger_entry",
        ["operation"],
        unique=True,
        sqlite_where=sa.text("operation IS NOT NULL"),
        postgresql_where=sa.text("operation IS NOT NULL"),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("line", types.BIGINT, nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.BIGINT, nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_nanos <> 0", name=op.f("ck_ledger_posting_amount")),
        sa.ForeignKeyConstraint(["account"], ["ledger_account.code"], name=op.f("fk_ledger_posting_account")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_ledger_posting")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("plan_code", sa.Text(), nullable=False),
        sa.Column("number", types.BIGINT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("terms", types.Document(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("effective_from", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("changed_at", types.Instant(), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name=op.f("ck_plan_version_published")
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'discarded')", name=op.f("ck_plan_version_status")),
        sa.CheckConstraint("(published_at IS NULL) = (effective_from IS NULL)", name=op.f("ck_plan_version_effective")),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name=op.f("fk_plan_version_plan_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
        sa.UniqueConstraint("plan_code", "number", name=op.f("uq_plan_version_plan_code_number")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "uq_plan_version_draft",
        "plan_version",
        ["plan_code"],
        unique=True,
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_session_person_id", "session", ["person_id"], unique=False)
    op.create_table(
        "usage_counter",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("used", types.BIGINT, nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_usage_counter_used")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_usage_counter_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "measure", "period_start", name=op.f("pk_usage_counter")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wallet",
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("posted_nanos", types.BIGINT, nullable=False),
        sa.Column("held_nanos", types.BIGINT, nullable=False),
        sa.Column("owed_nanos", types.BIGINT, nullable=False),
        sa.CheckConstraint("posted_nanos - held_nanos >= 0", name=op.f("ck_wallet_admission")),
        sa.CheckConstraint("posted_nanos >= 0 AND held_nanos >= 0 AND owed_nanos >= 0", name=op.f("ck_wallet_signs")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_wallet_organization_id")),
        sa.PrimaryKeyConstraint("organization_id", "currency", name=op.f("pk_wallet")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("threshold", types.BIGINT, nullable=False),
        sa.Column("value", types.BIGINT, nullable=False),
        sa.Column("capacity", types.BIGINT, nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("raised_at", types.Instant(), nullable=False),
        sa.Column("acknowledged_at", types.Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_alert_severity")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_alert_organization_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name=op.f("fk_alert_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("rule_id", "organization_id", "subject", "period_start", "threshold", name="uq_alert_once"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_alert_organization_id_raised_at", "alert", ["organization_id", "raised_at"], unique=False)
    op.create_table(
        "credit_allocation",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("grant_id", sa.Text(), nullable=False),
        sa.Column("amount_nanos", types.BIGINT, nullable=False),
        sa.Column("cost_nanos", types.BIGINT, nullable=False),
        sa.CheckConstraint("amount_nanos > 0", name=op.f("ck_credit_allocation_amount")),
        sa.CheckConstraint("cost_nanos >= 0", name=op.f("ck_credit_allocation_cost")),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_credit_allocation_grant_id")),
        sa.PrimaryKeyConstraint("event_id", "grant_id", name=op.f("pk_credit_allocation")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_credit_allocation_grant_id", "credit_allocation", ["grant_id"], unique=False)
    op.create_table(
        "credit_purchase",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("package_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("credits_nanos", types.BIGINT, nullable=False),
        sa.Column("price_nanos", types.BIGINT, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("checkout_session_id", sa.Text(), nullable=True),
        sa.Column("checkout_url", sa.Text(), nullable=True),
        sa.Column("payment_intent_id", sa.Text(), nullable=True),
        sa.Column("grant_id", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("paid_at", types.Instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'declined', 'expired')", name=op.f("ck_credit_purchase_status")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grant.id"], name=op.f("fk_credit_purchase_grant_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_credit_purchase_organization_id")
        ),
        sa.ForeignKeyConstraint(["package_id"], ["credit_package.id"], name=op.f("fk_credit_purchase_package_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_purchase")),
        sa.UniqueConstraint("checkout_session_id", name=op.f("uq_credit_purchase_checkout_session_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_credit_purchase_organization_id_created_at",
        "credit_purchase",
        ["organization_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'billing', 'member')", name=op.f("ck_member_role")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_member_department_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_member_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("organization_id", "person_id", name=op.f("uq_member_organization_id_person_id")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_member_person_id", "member", ["person_id"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("plan_version_id", sa.Text(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("seats", types.BIGINT, nullable=False),
        sa.Column("anchor_at", types.Instant(), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.CheckConstraint("interval IN ('month', 'year')", name=op.f("ck_subscription_interval")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_subscription_organization_id")),
        sa.ForeignKeyConstraint(["plan_version_id"], ["plan_version.id"], name=op.f("fk_subscription_plan_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "uq_subscription_current",
        "subscription",
        ["organization_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "usage_event",
        sa.Column("seq", types.BIGINT, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Text(), nullable=True),
        sa.Column("member_id", sa.Text(), nullable=True),
        sa.Column("api_key_id", sa.Text(), nullable=True),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("occurred_at", types.Instant(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("units", types.BIGINT, nullable=False),
        sa.Column("input_tokens", types.BIGINT, nullable=False),
        sa.Column("llm_tokens", types.BIGINT, nullable=False),
        sa.Column("output_tokens", types.BIGINT, nullable=False),
        sa.Column("cache_read_tokens", types.BIGINT, nullable=False),
        sa.Column("cache_write_tokens", types.BIGINT, nullable=False),
        sa.Column("reasoning_tokens", types.BIGINT, nullable=False),
        sa.Column("latency_ms", types.BIGINT, nullable=True),
        sa.Column("is_error", types.Flag(), nullable=False),
        sa.Column("properties", types.Document(), nullable=True),
        sa.Column("plan_version_id", sa.Text(), nullable=False),
        sa.Column("period_start", types.Instant(), nullable=False),
        sa.Column("allowance", sa.Text(), nullable=True),
        sa.Column("measured", types.BIGINT, nullable=False),
        sa.Column("included", types.BIGINT, nullable=False),
        sa.Column("price_nanos", types.BIGINT, nullable=False),
        sa.Column("price_currency", sa.Text(), nullable=False),
        sa.Column("credits_nanos", types.BIGINT, nullable=False),
        sa.Column("credits_cost_nanos", types.BIGINT, nullable=False),
        sa.Column("balance_nanos", types.BIGINT, nullable=False),
        sa.Column("overage_nanos", types.BIGINT, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("provider_cost_nanos", types.BIGINT, nullable=True),
        sa.Column("provider_cost_currency", sa.Text(), nullable=True),
        sa.Column("service_tier", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cache_read_tokens + cache_write_tokens <= input_tokens", name=op.f("ck_usage_event_cached")
        ),
        sa.CheckConstraint(
            "price_nanos >= 0 AND credits_nanos >= 0 AND balance_nanos >= 0 AND overage_nanos >= 0",
            name=op.f("ck_usage_event_amounts"),
        ),
        sa.CheckConstraint("reasoning_tokens <= output_tokens", name=op.f("ck_usage_event_reasoning")),
        sa.CheckConstraint(
            "units >= 0 AND input_tokens >= 0 AND llm_tokens >= 0 AND output_tokens >= 0",
            name=op.f("ck_usage_event_counts"),
        ),
        sa.ForeignKeyConstraint(["feature"], ["feature.code"], name=op.f("fk_usage_event_feature")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_usage_event_organization_id")),
        sa.ForeignKeyConstraint(["plan_version_id"], ["plan_version.id"], name=op.f("fk_usage_event_plan_version_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_usage_event")),
        sa.UniqueConstraint("id", name=op.f("uq_usage_event_id")),
        sa.UniqueConstraint(
            "organization_id", "source", "event_id", name=op.f("uq_usage_event_organization_id_source_event_id")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_usage_event_organization_id_occurred_at", "usage_event", ["organization_id", "occurred_at"], unique=False
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("ix_usage_event_organization_id_occurred_at", table_name="usage_event")
    op.drop_table("usage_event")
    op.drop_index(
        "uq_subscription_current",
        table_name="subscription",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("subscription")
    op.drop_index("ix_member_person_id", table_name="member")
    op.drop_table("member")
    op.drop_index("ix_credit_purchase_organization_id_created_at", table_name="credit_purchase")
    op.drop_table("credit_purchase")
    op.drop_index("ix_credit_allocation_grant_id", table_name="credit_allocation")
    op.drop_table("credit_allocation")
    op.drop_index("ix_alert_organization_id_raised_at", table_name="alert")
    op.drop_table("alert")
    op.drop_table("wallet")
    op.drop_table("usage_counter")
    op.drop_index("ix_session_person_id", table_name="session")
    op.drop_table("session")
    op.drop_index(
        "uq_plan_version_draft",
        table_name="plan_version",
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.drop_table("plan_version")
    op.drop_table("ledger_posting")
    op.drop_index(
        "uq_ledger_entry_operation",
        table_name="ledger_entry",
        sqlite_where=sa.text("operation IS NOT NULL"),
        postgresql_where=sa.text("operation IS NOT NULL"),
    )
    op.drop_index(
        "uq_ledger_entry_event_id",
        table_name="ledger_entry",
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )
    op.drop_index("ix_ledger_entry_organization_id_recorded_at", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_table("department")
    op.drop_index("ix_credit_grant_organization_id", table_name="credit_grant")
    op.drop_index(
        "ix_credit_grant_open",
        table_name="credit_grant",
        sqlite_where=sa.text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
        postgresql_where=sa.text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
    )
    op.drop_table("credit_grant")
    op.drop_index("ix_audit_record_object_kind_object_id", table_name="audit_record")
    op.drop_table("audit_record")
    op.drop_index("ix_api_key_organization_id", table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("alert_rule")
    op.drop_table("stripe_object")
    op.drop_table("stripe_event")
    op.drop_index("ix_sign_in_failure_subject_failed_at", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("provider_price")
    op.drop_table("provider_model_alias")
    op.drop_table("plan")
    op.drop_table("person")
    op.drop_table("organization")
    op.drop_table("ledger_account")
    op.drop_table("job")
    op.drop_table("feature")
    op.drop_table("dead_letter")
    op.drop_table("credit_package")
