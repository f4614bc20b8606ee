"""The tables of the system of record, a file per noun; importing this package registers them all."""

from billing_core.adapters.database.schema import (
    adjustments,
    alerts,
    books,
    budgets,
    catalog,
    credits,
    idempotency,
    identity,
    jobs,
    ledger,
    organizations,
    seats,
    stripe,
    top_up,
    true_ups,
    usage,
)
from billing_core.adapters.database.schema.base import metadata

__all__ = [
    "adjustments",
    "alerts",
    "books",
    "budgets",
    "catalog",
    "credits",
    "idempotency",
    "identity",
    "jobs",
    "ledger",
    "metadata",
    "organizations",
    "seats",
    "stripe",
    "top_up",
    "true_ups",
    "usage",
]
