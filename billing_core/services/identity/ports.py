"""What signing in needs from storage and from a password hash."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from billing_core.domain.identity import Membership, Person
from billing_core.services.audit.ports import AuditUnit

SESSION_COOKIE = "tollbooth_session"
SESSION_LIFETIME = timedelta(hours=12)
SESSION_IDLE_MAX = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. Only the hash of its token is kept, so that a copy of the database opens no door."""

    token_hash: str = field(repr=False)
    person_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    address: str
    user_agent: str

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at and now < self.seen_at + SESSION_IDLE_MAX


class IdentityStore(Protocol):
    """People, sessions and failed sign-ins."""

    def add_person(self, new: Person, password_hash: str) -> None:
        """Insert a person; Conflict naming the e-mail address when it is taken."""
        ...

    def person(self, person_id: str) -> Person | None: ...
    def person_by_email(self, email: str) -> Person | None: ...
    def password_hash(self, person_id: str) -> str | None: ...
    def set_password_hash(self, person_id: str, password_hash: str) -> None: ...
    def memberships(self, person_id: str) -> tuple[Membership, ...]:
        """Where a person is a member, by name of the organization."""
        ...

    def add_session(self, new: Session) -> None: ...
    def session(self, token_hash: str) -> Session | None: ...
    def set_session_seen(self, token_hash: str, seen_at: datetime) -> None: ...
    def end_session(self, token_hash: str, ended_at: datetime) -> None: ...

    def add_failure(self, subject: str, failed_at: datetime) -> int:
        """Count a failure against a subject; returns its number."""
        ...

    def failures(self, subject: str, since: datetime, limit: int) -> list[datetime]:
        """When the last `limit` failures after `since` were, the newest first."""
        ...

    def remove_failure(self, number: int) -> None: ...
    def clear_failures(self, subject: str) -> None: ...
    def forget_failures(self, until: datetime) -> None: ...


class Passwords(Protocol):
    """A slow, salted hash of passwords."""

    def hash(self, password: str) -> str: ...
    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether they belong together; as slow for None, so that time does not tell who exists."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        ...


class IdentityUnit(AuditUnit, Protocol):
    """The parts of a unit of work that signing in uses."""

    @property
    def identity(self) -> IdentityStore: ...


class IdentityUnits(Protocol):
    """Where units of work come from."""

    def read(self) -> AbstractContextManager[IdentityUnit]: ...
    def write(self) -> AbstractContextManager[IdentityUnit]: ...
