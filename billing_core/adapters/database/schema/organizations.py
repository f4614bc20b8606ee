"""Organizations and what belongs to them: departments, members, API keys, subscriptions."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import COUNT, Document, Flag, Instant

organization = table(
    "organization",
    required("id", Text, primary_key=True),
    required("name", Text),
    required("currency", Text),
    required("time_zone", Text),
    required("is_demo", Flag),
    required("created_at", Instant),
    UniqueConstraint("name"),
)

department = table(
    "department",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("name", Text),
    required("created_at", Instant),
    UniqueConstraint("organization_id", "name"),
)

member = table(
    "member",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("person_id", Text, ForeignKey("person.id")),
    optional("department_id", Text, ForeignKey("department.id")),
    required("role", Text),
    CheckConstraint("role IN ('owner', 'billing', 'member')", name="role"),
    required("created_at", Instant),
    optional("left_at", Instant),
    UniqueConstraint("organization_id", "person_id"),
)
Index("ix_member_person_id", member.c.person_id)

api_key = table(
    "api_key",
    required("id", Text, primary_key=True),
    optional("organization_id", Text, ForeignKey("organization.id")),
    required("name", Text),
    required("hint", Text),
    required("secret_hash", Text),
    required("scopes", Document),
    required("created_at", Instant),
    optional("expires_at", Instant),
    optional("revoked_at", Instant),
    UniqueConstraint("secret_hash"),
)
Index("ix_api_key_organization_id", api_key.c.organization_id)

subscription = table(
    "subscription",
    required("id", Text, primary_key=True),
    required("organization_id", Text, ForeignKey("organization.id")),
    required("plan_version_id", Text, ForeignKey("plan_version.id")),
    required("interval", Text),
    CheckConstraint("interval IN ('month', 'year')", name="interval"),
    required("seats", COUNT),
    optional("discount", Text),
    required("anchor_at", Instant),
    required("started_at", Instant),
    optional("ended_at", Instant),
    required("created_at", Instant),
)
Index(
    "uq_subscription_current",
    subscription.c.organization_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
