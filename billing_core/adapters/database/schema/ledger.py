"""The double-entry ledger: entries are business facts, postings their signed lines; nothing is ever changed."""

from sqlalchemy import CheckConstraint, Index, Text, text

from billing_core.adapters.database.schema.base import fact_reference, optional, required, table
from billing_core.adapters.database.types import BIGINT, COUNT, NANOS, Instant

ledger_account = table(
    "ledger_account",
    required("code", Text, primary_key=True),
    required("kind", Text),
    CheckConstraint("kind IN ('asset', 'liability', 'revenue', 'expense', 'contra')", name="kind"),
    required("description", Text),
)

ledger_entry = table(
    "ledger_entry",
    required("seq", BIGINT, primary_key=True, autoincrement=True),
    required("id", Text, unique=True),
    required("organization_id", Text),
    required("kind", Text),
    optional("event_id", Text),
    optional("operation", Text),
    optional("reverses_id", Text, unique=True),
    required("description", Text),
    required("effective_at", Instant),
    required("recorded_at", Instant),
    CheckConstraint("(event_id IS NULL) <> (operation IS NULL)", name="cause"),
    fact_reference("organization_id", "organization.id"),
)
Index(
    "uq_ledger_entry_operation",
    ledger_entry.c.operation,
    unique=True,
    sqlite_where=text("operation IS NOT NULL"),
    postgresql_where=text("operation IS NOT NULL"),
)
Index(
    "uq_ledger_entry_event_id",
    ledger_entry.c.event_id,
    unique=True,
    sqlite_where=text("event_id IS NOT NULL"),
    postgresql_where=text("event_id IS NOT NULL"),
)
# What was done by operations is little beside usage, and looked for without it.
Index(
    "ix_ledger_entry_operations",
    ledger_entry.c.organization_id,
    ledger_entry.c.recorded_at,
    sqlite_where=text("operation IS NOT NULL"),
    postgresql_where=text("operation IS NOT NULL"),
)
Index("ix_ledger_entry_organization_id_recorded_at", ledger_entry.c.organization_id, ledger_entry.c.recorded_at)

ledger_posting = table(
    "ledger_posting",
    required("entry_id", Text, primary_key=True),
    required("line", COUNT, primary_key=True),
    required("organization_id", Text),
    required("account", Text),
    required("currency", Text),
    required("amount_nanos", NANOS),
    CheckConstraint("amount_nanos <> 0", name="amount"),
    optional("grant_id", Text),
    fact_reference("account", "ledger_account.code"),
    clustered=True,
)

# Every block of entries is hashed together with the hash before it; `fingerprints` tell which entry was changed.
ledger_seal = table(
    "ledger_seal",
    required("block", BIGINT, primary_key=True, autoincrement=False),
    required("first_seq", BIGINT),
    required("last_seq", BIGINT),
    CheckConstraint("first_seq <= last_seq", name="order"),
    required("previous_hash", Text),
    required("hash", Text, unique=True),
    required("fingerprints", Text),
    required("sealed_at", Instant),
)

# What the sealed entries add up to by the UTC day they were recorded on, so that no statement has to add up years.
ledger_day = table(
    "ledger_day",
    required("organization_id", Text, primary_key=True),
    required("account", Text, primary_key=True),
    required("currency", Text, primary_key=True),
    required("day", Instant, primary_key=True),
    required("debit_nanos", NANOS),
    required("credit_nanos", NANOS),
    CheckConstraint("debit_nanos >= 0 AND credit_nanos >= 0", name="signs"),
    clustered=True,
)
