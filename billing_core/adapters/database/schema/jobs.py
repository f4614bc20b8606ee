"""Background jobs and who holds each of them now."""

from sqlalchemy import Text

from billing_core.adapters.database.schema.base import optional, required, table
from billing_core.adapters.database.types import Instant

job = table(
    "job",
    required("name", Text, primary_key=True),
    required("next_run_at", Instant),
    optional("lease_owner", Text),
    optional("leased_until", Instant),
    optional("finished_at", Instant),
    optional("error", Text),
)
