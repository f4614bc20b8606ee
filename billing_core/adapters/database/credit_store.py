"""Grants and wallets on SQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select, update

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.bulk_update import bulk_add
from billing_core.adapters.database.schema.credits import credit_grant, credit_write_off, wallet
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.credits import Grant, GrantState, Origin
from billing_core.domain.errors import NotFound
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.write_offs import ROLLED_OVER, Ending, WriteOff
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

    def grant(self, grant_id: str) -> GrantState:
        """The grant with what was taken from it; NotFound when there is none."""
        statement = select(credit_grant).where(credit_grant.c.id == grant_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound(f"There is no credit grant {grant_id!r}.", field="grant_id")
        return grant_state(row)

    def grants(self, organization_id: str) -> Sequence[GrantState]:
        """All grants in burn order, empty ones last."""
        rows = self._connection.execute(
            select(credit_grant).where(credit_grant.c.organization_id == organization_id)
        ).mappings()
        states = [grant_state(row) for row in rows]
        return sorted(states, key=lambda state: (state.remaining_nanos == 0, *state.grant.burn_key))

    def owners_of_ended(self, now: datetime, count_max: int) -> Sequence[str]:
        """Organizations with free credits in grants that have ended, those that have waited longest."""
        statement = (
            select(credit_grant.c.organization_id)
            .where(_has_ended(now))
            .group_by(credit_grant.c.organization_id)
            .order_by(func.min(credit_grant.c.expires_at), credit_grant.c.organization_id)
            .limit(count_max)
        )
        return self._connection.scalars(statement).all()

    def ended(self, organization_ids: Sequence[str], now: datetime) -> Sequence[GrantState]:
        """Their grants that have ended with free credits in them, the earliest first."""
        statement = (
            select(credit_grant)
            .where(_has_ended(now), credit_grant.c.organization_id.in_(organization_ids))
            .order_by(credit_grant.c.expires_at, credit_grant.c.id)
        )
        return [grant_state(row) for row in self._connection.execute(statement).mappings()]

    def granted_by(self, organization_id: str, operations: str) -> Money:
        """The credits granted by operations that begin so."""
        nanos = self._connection.scalar(
            select(func.sum(credit_grant.c.granted_nanos)).where(
                credit_grant.c.organization_id == organization_id,
                credit_grant.c.operation.startswith(operations, autoescape=True),
            )
        )
        return Money(int(nanos or 0), CREDITS)

    def plan_credits_given(self, now: datetime) -> Mapping[str, int]:
        """Nanos given by plans for the periods that are running, used or not, by organization.

        They are known by their expiry, which is still to come; what rolled over was given for the period before.
        """
        statement = (
            select(credit_grant.c.organization_id, func.sum(credit_grant.c.granted_nanos))
            .where(
                credit_grant.c.origin == Origin.PLAN,
                credit_grant.c.expires_at > now,
                credit_grant.c.operation.not_like(f"{ROLLED_OVER}%"),
            )
            .group_by(credit_grant.c.organization_id)
        )
        return {organization_id: int(nanos) for organization_id, nanos in self._connection.execute(statement)}

    def write_off(self, items: Sequence[WriteOff]) -> None:
        """Write slices down, and take them out of their grants and wallets."""
        bulk_insert(self._connection, credit_write_off, [_write_off_row(item) for item in items])
        ended: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        taken: defaultdict[str, int] = defaultdict(int)
        for item in items:
            ended[item.grant_id][item.kind is Ending.VOIDED] += item.amount.nanos
            taken[item.organization_id] += item.amount.nanos
        bulk_add(
            self._connection,
            credit_grant,
            [
                {"id": grant_id, "expired_nanos": expired, "voided_nanos": voided}
                for grant_id, (expired, voided) in sorted(ended.items())
            ],
            add=("expired_nanos", "voided_nanos"),
        )
        bulk_add(
            self._connection,
            wallet,
            [
                {"organization_id": organization_id, "currency": CREDITS, "posted_nanos": -nanos}
                for organization_id, nanos in sorted(taken.items())
            ],
            add=("posted_nanos",),
        )

    def write_off_of_operation(self, operation: str) -> WriteOff | None:
        """What an operation wrote off; None when it was not done."""
        found = self._write_offs(credit_write_off.c.operation == operation)
        return found[0] if found else None

    def write_offs(self, organization_id: str) -> Sequence[WriteOff]:
        """Everything written off, the earliest first."""
        return self._write_offs(credit_write_off.c.organization_id == organization_id)

    def _write_offs(self, condition: ColumnElement[bool]) -> list[WriteOff]:
        statement = (
            select(credit_write_off, credit_grant.c.cost_currency)
            .join(credit_grant, credit_grant.c.id == credit_write_off.c.grant_id)
            .where(condition)
            .order_by(credit_write_off.c.recorded_at, credit_write_off.c.operation)
        )
        return [
            WriteOff(
                operation=row.operation,
                organization_id=row.organization_id,
                grant_id=row.grant_id,
                kind=Ending(row.kind),
                amount=Money(row.amount_nanos, CREDITS),
                cost=Money(row.cost_nanos, row.cost_currency),
                recorded_at=row.recorded_at,
            )
            for row in self._connection.execute(statement)
        ]


def _has_ended(now: datetime) -> ColumnElement[bool]:
    taken = credit_grant.c.allocated_nanos + credit_grant.c.expired_nanos + credit_grant.c.voided_nanos
    return and_(
        credit_grant.c.expires_at <= now,
        credit_grant.c.granted_nanos > taken,  # as the index of these grants says it
        credit_grant.c.granted_nanos > taken + credit_grant.c.held_nanos,
    )


def _write_off_row(item: WriteOff) -> dict[str, object]:
    return {
        "operation": item.operation,
        "organization_id": item.organization_id,
        "grant_id": item.grant_id,
        "kind": item.kind,
        "amount_nanos": item.amount.nanos,
        "cost_nanos": item.cost.nanos,
        "recorded_at": item.recorded_at,
    }
