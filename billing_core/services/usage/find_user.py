"""Whose usage is asked about: a member, or an organization as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Scope
from billing_core.domain.organizations import Organization
from billing_core.domain.periods import Period
from billing_core.services.reporting.usage_filter import UsageFilter
from billing_core.services.seats.ports import TeamMember


class Organizations(Protocol):
    """Who is billed."""

    def organizations(self, organization_ids: frozenset[str], /) -> Sequence[Organization]:
        """Those of them that are there."""
        ...


class Members(Protocol):
    """Who belongs to organizations."""

    def member_ever(self, member_id: str) -> TeamMember | None:
        """A member, also one who has left."""
        ...


class UserUnit(Protocol):
    """The parts of a unit of work that know users."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def seats(self) -> Members: ...


@dataclass(frozen=True, slots=True)
class User:
    """An organization, or one of its members where `member_id` says which."""

    organization: Organization
    member_id: str | None
    name: str

    @property
    def id(self) -> str:
        """The id they were asked for by."""
        return self.member_id or self.organization.id

    def usage(self, period: Period) -> UsageFilter:
        """The question about their usage in a period."""
        zone = self.organization.time_zone
        ids = frozenset({self.organization.id})
        chosen = UsageFilter(organization_ids=ids, period=period, zone=zone)
        return chosen if self.member_id is None else chosen.only("member", self.member_id)


def find_user(uow: UserUnit, user_id: str, sees: Scope) -> User:
    """The organization with that id, or the member; NotFound out of sight exactly as for one that does not exist."""
    found = uow.seats.member_ever(user_id)
    organization_id = user_id if found is None else found.member.organization_id
    known = uow.organizations.organizations(frozenset({organization_id})) if sees.allows(organization_id) else ()
    if not known:
        raise NotFound(f"There is no user {user_id!r}.", field="user_id")
    (organization,) = known
    return User(organization, None, organization.name) if found is None else User(organization, user_id, found.name)
