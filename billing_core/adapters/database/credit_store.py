"""Grants and wallets on SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select, update

from billing_core.adapters.database.schema.credits import credit_grant, wallet
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.credits import Grant, GrantState, Origin
from billing_core.domain.errors import NotFound
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.ports import Wallet


def grant_state(row: RowMapping) -> GrantState:
    """A grant with what has been taken from it, from a row of `credit_grant`."""
    features = row["features"]
    grant = Grant(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        origin=Origin(row["origin"]),
        priority=row["priority"],
        features=None if features is None else frozenset(features),
        granted_nanos=row["granted_nanos"],
        cost=Money(row["cost_nanos"], row["cost_currency"]),
        effective_at=row["effective_at"],
        expires_at=row["expires_at"],
        created_at=row["created_at"],
    )
    return GrantState(grant, row["allocated_nanos"], row["expired_nanos"], row["voided_nanos"], row["held_nanos"])


class CreditStore:
    """Grants and wallets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_wallets(self, organization_id: str, currency: str) -> None:
        """The empty wallets of a new organization: credits, and its own currency."""
        empty = {"posted_nanos": 0, "held_nanos": 0, "owed_nanos": 0}
        self._connection.execute(
            insert(wallet),
            [{"organization_id": organization_id, "currency": unit, **empty} for unit in (CREDITS, currency)],
        )

    def wallet(self, organization_id: str, currency: str) -> Wallet:
        """The wallet; NotFound for an unknown organization or currency."""
        row = self._connection.execute(
            select(wallet).where(wallet.c.organization_id == organization_id, wallet.c.currency == currency)
        ).one_or_none()
        if row is None:
            raise NotFound(f"Organization {organization_id!r} has no wallet in {currency}.", field="organization_id")
        posted, held, owed = (Money(n, currency) for n in (row.posted_nanos, row.held_nanos, row.owed_nanos))
        return Wallet(posted, held, owed)

    def add_to_wallet(self, organization_id: str, amount: Money) -> None:
        """Add to what is posted; NotFound for an unknown organization or currency, InvalidInput beyond the range."""
        posted = self.wallet(organization_id, amount.currency).posted + amount
        self._connection.execute(
            update(wallet)
            .where(wallet.c.organization_id == organization_id, wallet.c.currency == amount.currency)
            .values(posted_nanos=posted.nanos)
        )

    def insert_grant(self, grant: Grant, operation: str) -> bool:
        """Insert a grant; False when the operation was done before."""
        row = {
            "id": grant.id,
            "organization_id": grant.organization_id,
            "name": grant.name,
            "origin": grant.origin,
            "priority": grant.priority,
            "features": None if grant.features is None else sorted(grant.features),
            "granted_nanos": grant.granted_nanos,
            "allocated_nanos": 0,
            "expired_nanos": 0,
            "voided_nanos": 0,
            "cost_nanos": grant.cost.nanos,
            "cost_currency": grant.cost.currency,
            "effective_at": grant.effective_at,
            "expires_at": grant.expires_at,
            "operation": operation,
            "created_at": grant.created_at,
        }
        inserted = self._connection.execute(
            upsert(self._connection, credit_grant).values(row).returning(credit_grant.c.id)
        )
        return inserted.one_or_none() is not None

    def grant_of_operation(self, operation: str) -> Grant:
        """The grant an operation issued; NotFound when there is none."""
        row = (
            self._connection.execute(select(credit_grant).where(credit_grant.c.operation == operation))
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFound(f"No grant was issued by {operation!r}.", field="operation")
        return grant_state(row).grant

    def grants(self, organization_id: str) -> Sequence[GrantState]:
        """All grants in burn order, empty ones last."""
        rows = self._connection.execute(
            select(credit_grant).where(credit_grant.c.organization_id == organization_id)
        ).mappings()
        states = [grant_state(row) for row in rows]
        return sorted(states, key=lambda state: (state.remaining_nanos == 0, *state.grant.burn_key))
