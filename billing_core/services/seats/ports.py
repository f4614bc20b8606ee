"""What seats need from storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from billing_core.domain.identity import MemberRole
from billing_core.domain.money import Money
from billing_core.domain.organizations import Member
from billing_core.domain.periods import Period
from billing_core.services.organizations.ports import OpeningUnit


class SeatChangeKind(StrEnum):
    """What happened to an organization's seats."""

    ADDED = "added"
    REMOVED = "removed"
    RENEWED = "renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """A member added or removed, or seats paid for another period, and what that cost: from the balance, and owed."""

    id: str
    organization_id: str
    operation: str
    kind: SeatChangeKind
    member_id: str | None
    period: Period
    seats_paid: int
    amount: Money
    balance: Money
    owed: Money
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A member as the team knows them."""

    member: Member
    name: str
    email: str


class SeatStore(Protocol):
    """Members and what was paid for their seats."""

    def change_of(self, organization_id: str, operation: str) -> SeatChange | None:
        """What an operation changed; None when it was not done."""
        ...

    def record(self, change: SeatChange) -> None:
        """Append a change and take what it cost from the wallet."""
        ...

    def paid(self, organization_id: str, period: Period) -> int:
        """Seats paid for beside the recurring price in exactly that period."""
        ...

    def members(self, organization_id: str) -> Sequence[TeamMember]:
        """Who has not left, by name."""
        ...

    def member(self, member_id: str) -> TeamMember | None:
        """A member who has not left."""
        ...

    def count_members(self, organization_id: str) -> int: ...
    def former_member(self, organization_id: str, email: str) -> TeamMember | None:
        """Who had that address and has left."""
        ...

    def rejoin(self, member_id: str, role: MemberRole, department_id: str | None) -> None: ...
    def change_place(self, member_id: str, role: MemberRole, department_id: str | None) -> None:
        """Give a member another role and department."""
        ...

    def leave(self, member_id: str, now: datetime) -> None: ...
    def outgrown(self) -> Sequence[str]:
        """Organizations with more members than their subscription's seats."""
        ...


class SeatUnit(OpeningUnit, Protocol):
    """The parts of a unit of work that add and remove members."""

    @property
    def seats(self) -> SeatStore: ...
