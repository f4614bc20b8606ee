"""Wallets, credit grants, what each charge took from which grant, and credit purchases."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text

from billing_core.adapters.database.schema.base import fact_reference, optional, required, table
from billing_core.adapters.database.types import COUNT, NANOS, Document, Instant

wallet = table(
    "wallet",
    required("organization_id", Text, ForeignKey("organization.id"), primary_key=True),
    required("currency", Text, primary_key=True),
    required("posted_nanos", NANOS),
    required("held_nanos", NANOS),
    required("owed_nanos", NANOS),
    CheckConstraint("posted_nanos >= 0 AND held_nanos >= 0 AND owed_nanos >= 0", name="signs"),
    CheckConstraint("posted_nanos - held_nanos >= 0", name="admission"),
    clustered=True,
)

credit_grant = table(
    "credit_grant",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("name", Text),
    required("origin", Text),
    CheckConstraint("origin IN ('sign_up', 'plan', 'purchase', 'promotion', 'adjustment')", name="origin"),
    required("priority", COUNT),
    optional("features", Document),
    required("granted_nanos", NANOS),
    CheckConstraint("granted_nanos > 0", name="granted"),
    required("allocated_nanos", NANOS),
    required("expired_nanos", NANOS),
    required("voided_nanos", NANOS),
    required(
        "held_nanos",
        NANOS,
        CheckConstraint(
            "held_nanos >= 0 AND held_nanos <= granted_nanos - allocated_nanos - expired_nanos - voided_nanos",
            name="held",
        ),
        server_default="0",
    ),
    required("cost_nanos", NANOS),
    CheckConstraint("cost_nanos >= 0", name="cost"),
    required("cost_currency", Text),
    required("effective_at", Instant),
    optional("expires_at", Instant),
    required("operation", Text, unique=True),
    required("created_at", Instant),
    CheckConstraint("allocated_nanos >= 0 AND expired_nanos >= 0 AND voided_nanos >= 0", name="signs"),
    CheckConstraint("granted_nanos - allocated_nanos - expired_nanos - voided_nanos >= 0", name="remaining"),
)
Index(
    "ix_credit_grant_open",
    credit_grant.c.organization_id,
    sqlite_where=text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
    postgresql_where=text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
)
Index("ix_credit_grant_organization_id", credit_grant.c.organization_id)
Index(
    "ix_credit_grant_expiring",
    credit_grant.c.expires_at,
    sqlite_where=text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
    postgresql_where=text("granted_nanos > allocated_nanos + expired_nanos + voided_nanos"),
)

credit_allocation = table(
    "credit_allocation",
    required("event_id", Text, primary_key=True),
    required("grant_id", Text, primary_key=True),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos > 0", name="amount"),
    required("cost_nanos", NANOS),
    CheckConstraint("cost_nanos >= 0", name="cost"),
    fact_reference("grant_id", "credit_grant.id"),
    clustered=True,
)
Index("ix_credit_allocation_grant_id", credit_allocation.c.grant_id)

credit_write_off = table(
    "credit_write_off",
    required("operation", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("grant_id", Text, ForeignKey("credit_grant.id")),
    required("kind", Text),
    CheckConstraint("kind IN ('expired', 'rolled_over', 'voided')", name="kind"),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos > 0", name="amount"),
    required("cost_nanos", NANOS),
    CheckConstraint("cost_nanos >= 0", name="cost"),
    required("recorded_at", Instant),
)
Index("ix_credit_write_off_grant_id", credit_write_off.c.grant_id)
Index("ix_credit_write_off_organization_id", credit_write_off.c.organization_id)

credit_purchase = table(
    "credit_purchase",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("package_id", Text, ForeignKey("credit_package.id")),
    required("status", Text),
    CheckConstraint("status IN ('pending', 'paid', 'declined', 'expired')", name="status"),
    required("credits_nanos", NANOS),
    required("price_nanos", NANOS),
    required("currency", Text),
    required("requested_by", Text),
    optional("checkout_session_id", Text, unique=True),
    optional("checkout_url", Text),
    optional("payment_intent_id", Text),
    optional("grant_id", Text, ForeignKey("credit_grant.id")),
    required("created_at", Instant),
    optional("paid_at", Instant),
    optional("payment_method_id", Text),
    optional("failure_code", Text),
    optional("failure_message", Text),
)
Index("ix_credit_purchase_organization_id_created_at", credit_purchase.c.organization_id, credit_purchase.c.created_at)
