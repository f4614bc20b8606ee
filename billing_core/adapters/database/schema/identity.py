"""People who sign in, their sessions, failed sign-ins for throttling, and the audit trail."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import BIGINT, Document, Instant

person = table(
    "person",
    required("id", Text, primary_key=True),
    required("email", Text),
    required("name", Text),
    optional("password_hash", Text),
    optional("staff_role", Text),
    CheckConstraint("staff_role IN ('admin', 'analyst')", name="staff_role"),
    required("created_at", Instant),
    UniqueConstraint("email"),
)

session = table(
    "session",
    required("token_hash", Text, primary_key=True),
    required("person_id", Text, ForeignKey("person.id")),
    required("created_at", Instant),
    required("seen_at", Instant),
    required("expires_at", Instant),
    optional("ended_at", Instant),
    required("address", Text),
    required("user_agent", Text),
)
Index("ix_session_person_id", session.c.person_id)

sign_in_failure = table(
    "sign_in_failure",
    required("seq", BIGINT, primary_key=True, autoincrement=True),
    required("subject", Text),
    required("failed_at", Instant),
)
Index("ix_sign_in_failure_subject_failed_at", sign_in_failure.c.subject, sign_in_failure.c.failed_at)

audit_record = table(
    "audit_record",
    required("id", Text, primary_key=True),
    required("recorded_at", Instant),
    required("actor_kind", Text),
    CheckConstraint("actor_kind IN ('person', 'api_key', 'system')", name="actor_kind"),
    required("actor_id", Text),
    required("actor_name", Text),
    required("address", Text),
    required("action", Text),
    optional("organization_id", Text, ForeignKey("organization.id")),
    required("object_kind", Text),
    required("object_id", Text),
    optional("before", Document),
    optional("after", Document),
)
Index("ix_audit_record_object_kind_object_id", audit_record.c.object_kind, audit_record.c.object_id)
