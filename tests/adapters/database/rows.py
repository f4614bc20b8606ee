"""Rows for tests of the database itself."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.schema.credits import wallet
from billing_core.adapters.database.schema.organizations import organization

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def an_organization(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "currency": "USD",
        "time_zone": "UTC",
        "is_demo": False,
        "created_at": NOON,
    }


def a_wallet(name: str, posted_nanos: int = 0, owed_nanos: int = 0) -> dict[str, Any]:
    return {
        "organization_id": name,
        "currency": "USD",
        "posted_nanos": posted_nanos,
        "held_nanos": 0,
        "owed_nanos": owed_nanos,
    }


def add_organizations(connection: Connection, *names: str) -> None:
    """Organizations, each with an empty wallet."""
    bulk_insert(connection, organization, [an_organization(name) for name in names])
    bulk_insert(connection, wallet, [a_wallet(name) for name in names])


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """All rows, in the order of the primary key."""
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
