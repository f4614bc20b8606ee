"""Answers kept for requests that carry an Idempotency-Key; one without a status is still being worked out."""

from sqlalchemy import Index, Text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import COUNT, Instant

idempotent_answer = table(
    "idempotent_answer",
    required("caller_id", Text, primary_key=True),
    required("key", Text, primary_key=True),
    required("request_hash", Text),
    required("claimed_at", Instant),
    optional("status", COUNT),
    optional("media_type", Text),
    optional("body", Text),
)
Index("ix_idempotent_answer_claimed_at", idempotent_answer.c.claimed_at)
