"""Members, and what was paid for their seats, on SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from billing_core.adapters.database.schema.credits import wallet
from billing_core.adapters.database.schema.identity import person
from billing_core.adapters.database.schema.organizations import member, subscription
from billing_core.adapters.database.schema.seats import seat_change
from billing_core.domain.identity import MemberRole
from billing_core.domain.money import Money
from billing_core.domain.organizations import Member
from billing_core.domain.periods import Period
from billing_core.services.seats.ports import SeatChange, SeatChangeKind, TeamMember


class SeatStore:
    """Who has a seat, and what was paid for seats beside the recurring price."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def change_of(self, organization_id: str, operation: str) -> SeatChange | None:
        """What an operation changed; None when it was not done."""
        statement = select(seat_change).where(
            seat_change.c.organization_id == organization_id, seat_change.c.operation == operation
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _change(row)

    def record(self, change: SeatChange) -> None:
        """Append a change and take what it cost from the wallet."""
        self._connection.execute(
            insert(seat_change).values(
                id=change.id,
                organization_id=change.organization_id,
                operation=change.operation,
                kind=change.kind,
                member_id=change.member_id,
                period_start=change.period.start,
                period_end=change.period.end,
                seats_paid=change.seats_paid,
                amount_nanos=change.amount.nanos,
                balance_nanos=change.balance.nanos,
                owed_nanos=change.owed.nanos,
                currency=change.amount.currency,
                recorded_at=change.recorded_at,
            )
        )
        if change.amount:
            self._connection.execute(
                update(wallet)
                .where(wallet.c.organization_id == change.organization_id, wallet.c.currency == change.amount.currency)
                .values(
                    posted_nanos=wallet.c.posted_nanos - change.balance.nanos,
                    owed_nanos=wallet.c.owed_nanos + change.owed.nanos,
                )
            )

    def paid(self, organization_id: str, period: Period) -> int:
        """Seats paid for beside the recurring price in exactly that period."""
        statement = select(func.coalesce(func.sum(seat_change.c.seats_paid), 0)).where(
            seat_change.c.organization_id == organization_id,
            seat_change.c.period_start == period.start,
            seat_change.c.period_end == period.end,
        )
        return int(self._connection.execute(statement).scalar_one())

    def members(self, organization_id: str) -> Sequence[TeamMember]:
        """Who has not left, by name."""
        statement = _members().where(member.c.organization_id == organization_id, member.c.left_at.is_(None))
        return [_member(row) for row in self._connection.execute(statement.order_by(person.c.name, member.c.id))]

    def member(self, member_id: str) -> TeamMember | None:
        """A member who has not left."""
        row = self._connection.execute(
            _members().where(member.c.id == member_id, member.c.left_at.is_(None))
        ).one_or_none()
        return None if row is None else _member(row)

    def member_ever(self, member_id: str) -> TeamMember | None:
        """A member, also one who has left."""
        row = self._connection.execute(_members().where(member.c.id == member_id)).one_or_none()
        return None if row is None else _member(row)

    def count_members(self, organization_id: str) -> int:
        """How many have not left."""
        statement = select(func.count()).where(member.c.organization_id == organization_id, member.c.left_at.is_(None))
        return self._connection.execute(statement).scalar_one()

    def former_member(self, organization_id: str, email: str) -> TeamMember | None:
        """Who had that address and has left."""
        statement = _members().where(
            member.c.organization_id == organization_id, member.c.left_at.is_not(None), person.c.email == email
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _member(row)

    def rejoin(self, member_id: str, role: MemberRole, department_id: str | None) -> None:
        """Make a former member one again."""
        self._connection.execute(
            update(member).where(member.c.id == member_id).values(left_at=None, role=role, department_id=department_id)
        )

    def change_place(self, member_id: str, role: MemberRole, department_id: str | None) -> None:
        """Give a member another role and department."""
        self._connection.execute(
            update(member).where(member.c.id == member_id).values(role=role, department_id=department_id)
        )

    def leave(self, member_id: str, now: datetime) -> None:
        """End a membership."""
        self._connection.execute(update(member).where(member.c.id == member_id).values(left_at=now))

    def outgrown(self) -> Sequence[str]:
        """Organizations with more members than their subscription's seats, by id."""
        members = func.count()
        statement = (
            select(member.c.organization_id)
            .join(subscription, subscription.c.organization_id == member.c.organization_id)
            .where(member.c.left_at.is_(None), subscription.c.ended_at.is_(None))
            .group_by(member.c.organization_id, subscription.c.seats)
            .having(members > subscription.c.seats)
            .order_by(member.c.organization_id)
        )
        return self._connection.scalars(statement).all()


def _members() -> Select[Any]:
    return select(member, person.c.name, person.c.email).join(person, person.c.id == member.c.person_id)


def _member(row: Row[Any]) -> TeamMember:
    found = Member(
        id=row.id,
        organization_id=row.organization_id,
        person_id=row.person_id,
        department_id=row.department_id,
        role=MemberRole(row.role),
        created_at=row.created_at,
    )
    return TeamMember(found, row.name, row.email)


def _change(row: Row[Any]) -> SeatChange:
    amount, balance, owed = (Money(n, row.currency) for n in (row.amount_nanos, row.balance_nanos, row.owed_nanos))
    return SeatChange(
        id=row.id,
        organization_id=row.organization_id,
        operation=row.operation,
        kind=SeatChangeKind(row.kind),
        member_id=row.member_id,
        period=Period(row.period_start, row.period_end),
        seats_paid=row.seats_paid,
        amount=amount,
        balance=balance,
        owed=owed,
        recorded_at=row.recorded_at,
    )
