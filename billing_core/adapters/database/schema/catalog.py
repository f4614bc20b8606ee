"""What is sold and what providers charge: features, plans and their versions, packages, provider prices."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, COUNT, NANOS, Document, Flag, Instant

feature = table(
    "feature",
    required("code", Text, primary_key=True),
    required("name", Text),
    required("description", Text),
    required("unit", Text),
    required("units_per_display_unit", COUNT),
    required("display_unit", Text),
    required("aggregation", Text),
    CheckConstraint("aggregation IN ('sum', 'max')", name="aggregation"),
    required("is_active", Flag),
    required("created_at", Instant),
)

plan = table(
    "plan",
    required("code", Text, primary_key=True),
    required("name", Text),
    required("description", Text),
    required("position", COUNT),
    required("is_active", Flag),
    required("created_at", Instant),
)

plan_version = table(
    "plan_version",
    required("id", Text, primary_key=True),
    required("plan_code", Text, ForeignKey("plan.code")),
    required("number", COUNT),
    required("status", Text),
    CheckConstraint("status IN ('draft', 'published', 'discarded')", name="status"),
    required("terms", Document),
    required("source", Text),
    optional("effective_from", Instant),
    required("created_at", Instant),
    required("changed_at", Instant),
    optional("published_at", Instant),
    optional("published_by", Text),
    UniqueConstraint("plan_code", "number"),
    CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="published"),
    CheckConstraint("(published_at IS NULL) = (effective_from IS NULL)", name="effective"),
)
Index(
    "uq_plan_version_draft",
    plan_version.c.plan_code,
    unique=True,
    sqlite_where=text("status = 'draft'"),
    postgresql_where=text("status = 'draft'"),
)

credit_package = table(
    "credit_package",
    required("id", Text, primary_key=True),
    required("code", Text),
    required("name", Text),
    required("credits_nanos", NANOS),
    CheckConstraint("credits_nanos > 0", name="credits"),
    required("price_nanos", NANOS),
    CheckConstraint("price_nanos > 0", name="price"),
    required("currency", Text),
    optional("valid_months", COUNT),
    required("effective_from", Instant),
    required("is_active", Flag),
    UniqueConstraint("code", "effective_from"),
)

provider_price = table(
    "provider_price",
    required("id", Text, primary_key=True),
    required("provider", Text),
    required("model", Text),
    required("token_kind", Text),
    required("service_tier", Text),
    required("input_tokens_over", COUNT),
    required("nanos_per_mtok", NANOS),
    CheckConstraint("nanos_per_mtok >= 0", name="price"),
    required("currency", Text),
    required("effective_from", Instant),
    required("source", Text),
    required("source_version", Text),
    required("precedence", COUNT),
    required("recorded_at", Instant),
    required("attos_per_mtok", COUNT, server_default="0"),
    required("day_second", COUNT, server_default="0"),
    optional("effective_until", Instant),
    optional("reason", Text),
    UniqueConstraint(
        "provider",
        "model",
        "token_kind",
        "service_tier",
        "input_tokens_over",
        "effective_from",
        "source",
        "source_version",
        "day_second",
        name="uq_provider_price_key",
    ),
)

provider_model_alias = table(
    "provider_model_alias",
    required("provider", Text, primary_key=True),
    required("model", Text, primary_key=True),
    required("match", Document),
    required("source", Text),
    required("source_version", Text),
)

# Triggers raise the version of a subject whenever one of its rows changes.
catalog_version = table(
    "catalog_version",
    required("subject", Text, primary_key=True),
    required("version", BIGINT),
    clustered=True,
)
