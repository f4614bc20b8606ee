"""Organizations, the unit of billing, and what belongs to them: departments, members, API keys."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import MemberRole


class ApiKeyRefused(NotAllowed):
    """The API key is unknown, expired or revoked; which of them is not said."""

    code = "api_key_refused"


class ApiScope(StrEnum):
    """What an API key may be used for: record usage, read, or change what its organization's owners may change."""

    CHARGE = "charge"
    READ = "read"
    MANAGE = "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The customer; its currency is what it is billed in, its time zone decides days."""

    id: str
    name: str
    currency: str
    time_zone: ZoneInfo
    is_demo: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A part of an organization that usage is told apart by."""

    id: str
    organization_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's place in an organization."""

    id: str
    organization_id: str
    person_id: str
    department_id: str | None
    role: MemberRole
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key that product code signs its calls with; the secret itself is not kept, `hint` is its last characters.

    One of no organization is an operator's: it works for every organization.
    """

    id: str
    organization_id: str | None
    name: str
    hint: str
    scopes: frozenset[ApiScope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
