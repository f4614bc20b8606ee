"""People, sessions and failed sign-ins on SQL."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from billing_core.adapters.database.named_lock import lock_name
from billing_core.adapters.database.schema.identity import person, session, sign_in_failure
from billing_core.adapters.database.schema.organizations import member, organization
from billing_core.domain.errors import Conflict
from billing_core.domain.identity import MemberRole, Membership, Person, StaffRole
from billing_core.domain.periods import time_zone
from billing_core.services.identity.ports import Session


class IdentityStore:
    """Reads and writes of signing in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_person(self, new: Person, password_hash: str) -> None:
        values = {
            "id": new.id,
            "email": new.email,
            "name": new.name,
            "password_hash": password_hash,
            "staff_role": new.staff_role,
            "created_at": new.created_at,
        }
        try:
            self._connection.execute(insert(person), values)
        except IntegrityError as error:
            raise Conflict(f"There is already someone with the address {new.email}.", field="email") from error

    def person(self, person_id: str) -> Person | None:
        row = self._connection.execute(select(person).where(person.c.id == person_id)).mappings().one_or_none()
        return _person(row) if row else None

    def person_by_email(self, email: str) -> Person | None:
        row = self._connection.execute(select(person).where(person.c.email == email)).mappings().one_or_none()
        return _person(row) if row else None

    def password_hash(self, person_id: str) -> str | None:
        return self._connection.scalar(select(person.c.password_hash).where(person.c.id == person_id))

    def set_password_hash(self, person_id: str, password_hash: str) -> None:
        self._connection.execute(update(person).where(person.c.id == person_id).values(password_hash=password_hash))

    def memberships(self, person_id: str) -> tuple[Membership, ...]:
        statement = (
            select(organization.c.id, organization.c.name, member.c.role, organization.c.time_zone)
            .join(member, member.c.organization_id == organization.c.id)
            .where(member.c.person_id == person_id, member.c.left_at.is_(None))
            .order_by(organization.c.name)
        )
        rows = self._connection.execute(statement)
        return tuple(Membership(id_, name, MemberRole(role), time_zone(zone)) for id_, name, role, zone in rows)

    def add_session(self, new: Session) -> None:
        self._connection.execute(
            insert(session),
            {
                "token_hash": new.token_hash,
                "person_id": new.person_id,
                "created_at": new.created_at,
                "seen_at": new.seen_at,
                "expires_at": new.expires_at,
                "ended_at": new.ended_at,
                "address": new.address,
                "user_agent": new.user_agent,
            },
        )

    def session(self, token_hash: str) -> Session | None:
        statement = select(session).where(session.c.token_hash == token_hash)
        row = self._connection.execute(statement).mappings().one_or_none()
        return Session(**row) if row else None

    def set_session_seen(self, token_hash: str, seen_at: datetime) -> None:
        self._connection.execute(update(session).where(session.c.token_hash == token_hash).values(seen_at=seen_at))

    def end_session(self, token_hash: str, ended_at: datetime) -> None:
        self._connection.execute(update(session).where(session.c.token_hash == token_hash).values(ended_at=ended_at))

    def add_failure(self, subject: str, failed_at: datetime) -> int:
        statement = insert(sign_in_failure).values(subject=subject, failed_at=failed_at)
        return self._connection.execute(statement.returning(sign_in_failure.c.seq)).scalar_one()

    def failures(self, subject: str, since: datetime, limit: int) -> list[datetime]:
        """The latest failures of a subject; until the transaction ends nobody else counts them."""
        lock_name(self._connection, subject)
        statement = (
            select(sign_in_failure.c.failed_at)
            .where(sign_in_failure.c.subject == subject, sign_in_failure.c.failed_at > since)
            .order_by(sign_in_failure.c.failed_at.desc())
            .limit(limit)
        )
        return list(self._connection.scalars(statement))

    def remove_failure(self, number: int) -> None:
        self._connection.execute(delete(sign_in_failure).where(sign_in_failure.c.seq == number))

    def clear_failures(self, subject: str) -> None:
        self._connection.execute(delete(sign_in_failure).where(sign_in_failure.c.subject == subject))

    def forget_failures(self, until: datetime) -> None:
        self._connection.execute(delete(sign_in_failure).where(sign_in_failure.c.failed_at <= until))


def _person(row: RowMapping) -> Person:
    role = row["staff_role"]
    return Person(row["id"], row["email"], row["name"], StaffRole(role) if role else None, row["created_at"])
