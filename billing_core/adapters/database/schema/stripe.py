"""What ties our rows to Stripe's objects, and each webhook event claimed once."""

from sqlalchemy import Text

from billing_core.adapters.database.schema.base import required, table
from billing_core.adapters.database.types import Instant

stripe_object = table(
    "stripe_object",
    required("kind", Text, primary_key=True),
    required("local_id", Text, primary_key=True),
    required("stripe_id", Text, unique=True),
    required("created_at", Instant),
)

stripe_event = table(
    "stripe_event",
    required("id", Text, primary_key=True),
    required("type", Text),
    required("object_id", Text),
    required("received_at", Instant),
)
