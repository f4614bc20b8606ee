"""Who may do what: roles, permissions, and the person or key on whose behalf something happens."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from billing_core.domain.errors import InvalidInput, NotAllowed, NotFound

NAME_LENGTH_MAX = 120
EMAIL_LENGTH_MAX = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")


class StaffRole(StrEnum):
    """People who run the product and see every organization."""

    ADMIN = "admin"
    ANALYST = "analyst"


class MemberRole(StrEnum):
    """People of a customer, each seeing the organizations they belong to."""

    OWNER = "owner"
    BILLING = "billing"
    MEMBER = "member"


Role = StaffRole | MemberRole


class Permission(StrEnum):
    """What a screen, a route or a command asks for before it does anything."""

    READ_ALL_ORGANIZATIONS = "read_all_organizations"
    MANAGE_ORGANIZATIONS = "manage_organizations"
    READ_USAGE = "read_usage"
    READ_PROVIDER_COST = "read_provider_cost"
    READ_ALERTS = "read_alerts"
    ACKNOWLEDGE_ALERTS = "acknowledge_alerts"
    EDIT_ALERT_RULES = "edit_alert_rules"
    READ_PLANS = "read_plans"
    EDIT_PLANS = "edit_plans"
    SUBSCRIBE = "subscribe"
    READ_CREDITS = "read_credits"
    BUY_CREDITS = "buy_credits"
    GRANT_CREDITS = "grant_credits"
    CHARGE_USAGE = "charge_usage"
    READ_MEMBERS = "read_members"
    EDIT_MEMBERS = "edit_members"
    EDIT_BUDGETS = "edit_budgets"
    EDIT_API_KEYS = "edit_api_keys"
    EDIT_PROVIDER_PRICES = "edit_provider_prices"


_MEMBER = frozenset({Permission.READ_USAGE, Permission.READ_ALERTS, Permission.READ_PLANS, Permission.READ_CREDITS})
_BILLING = _MEMBER | {
    Permission.ACKNOWLEDGE_ALERTS,
    Permission.EDIT_ALERT_RULES,
    Permission.BUY_CREDITS,
    Permission.READ_MEMBERS,
    Permission.EDIT_BUDGETS,
}
_OWNER = _BILLING | {Permission.SUBSCRIBE, Permission.EDIT_MEMBERS, Permission.EDIT_API_KEYS}
_ANALYST = _MEMBER | {
    Permission.READ_ALL_ORGANIZATIONS,
    Permission.READ_PROVIDER_COST,
    Permission.READ_MEMBERS,
}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    StaffRole.ADMIN: frozenset(Permission),
    StaffRole.ANALYST: _ANALYST,
    MemberRole.OWNER: _OWNER,
    MemberRole.BILLING: _BILLING,
    MemberRole.MEMBER: _MEMBER,
}

ROLE_LABELS: Mapping[Role, str] = {
    StaffRole.ADMIN: "Administrator",
    StaffRole.ANALYST: "Analyst",
    MemberRole.OWNER: "Owner",
    MemberRole.BILLING: "Billing",
    MemberRole.MEMBER: "Member",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The organizations a question may be about; None is all of them."""

    organization_ids: frozenset[str] | None

    def allows(self, organization_id: str) -> bool:
        return self.organization_ids is None or organization_id in self.organization_ids

    def narrowed(self, organization_id: str | None) -> "Scope":
        """Only that organization, or the same scope for None.

        A foreign organization is NotFound, exactly as one that does not exist: an answer must not betray which.
        """
        if organization_id is None:
            return self
        if not self.allows(organization_id):
            raise NotFound(f"There is no organization {organization_id!r}.", field="organization")
        return Scope(frozenset({organization_id}))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something and from where, as the audit trail keeps it."""

    kind: Literal["person", "api_key", "system"]
    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in; `staff_role` None is a member of organizations only."""

    id: str
    email: str
    name: str
    staff_role: StaffRole | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in one organization."""

    organization_id: str
    organization_name: str
    role: MemberRole
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person and what they may see; `scope` is where, `permissions` is what they may do anywhere in it."""

    person_id: str
    name: str
    email: str
    staff_role: StaffRole | None
    memberships: tuple[Membership, ...]
    permissions: frozenset[Permission]
    scope: Scope

    @property
    def role_label(self) -> str:
        """The role as text: the staff role, else the one in the first organization."""
        roles: list[Role] = [self.staff_role] if self.staff_role else [item.role for item in self.memberships]
        return ROLE_LABELS[roles[0]] if roles else "No organization"

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone whose days are shown when no single organization is chosen."""
        return self.memberships[0].time_zone if self.memberships and not self.staff_role else ZoneInfo("UTC")

    def scope_of(self, permission: Permission) -> Scope:
        """The organizations for which the person holds the permission."""
        if self.staff_role and permission in PERMISSIONS[self.staff_role]:
            return self.scope
        held = {item.organization_id for item in self.memberships if permission in PERMISSIONS[item.role]}
        return Scope(frozenset(held if self.scope.organization_ids is None else held & self.scope.organization_ids))

    def narrowed_to(self, permission: Permission) -> "Viewer":
        """The same person, seeing only the organizations for which they hold the permission."""
        return replace(self, scope=self.scope_of(permission))

    def authorize(self, permission: Permission, organization_id: str | None = None) -> None:
        """Raise NotFound for an organization out of sight, NotAllowed when the permission is missing for it."""
        if organization_id is None:
            if permission in self.permissions:
                return
        elif self.scope.narrowed(organization_id) and self.scope_of(permission).allows(organization_id):
            return
        raise NotAllowed(who_can_grant(permission), permission=permission.value)

    def actor(self, address: str) -> Actor:
        return Actor("person", self.person_id, self.name, address)


def viewer_of_person(person: Person, memberships: tuple[Membership, ...]) -> Viewer:
    """What a person may see and do, from their staff role and memberships."""
    roles: list[Role] = [item.role for item in memberships]
    if person.staff_role:
        roles.append(person.staff_role)
    permissions = frozenset[Permission]().union(*(PERMISSIONS[role] for role in roles))
    sees_all = Permission.READ_ALL_ORGANIZATIONS in permissions
    return Viewer(
        person_id=person.id,
        name=person.name,
        email=person.email,
        staff_role=person.staff_role,
        memberships=memberships,
        permissions=permissions,
        scope=Scope(None if sees_all else frozenset(item.organization_id for item in memberships)),
    )


def who_can_grant(permission: Permission) -> str:
    """One sentence for a person without the permission: which roles have it and who gives them."""
    roles: list[Role] = [role for role in MemberRole if permission in PERMISSIONS[role]]
    roles = roles or [role for role in StaffRole if permission in PERMISSIONS[role]]
    return f"This needs the role {' or '.join(ROLE_LABELS[role] for role in roles)}; an administrator can give it."


def secret_hash(secret: str) -> str:
    """The stored form of a random secret of 256 bits, which needs no salt and no slowness: SHA-256 in hex."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def checked_email(text: str, *, field: str = "email") -> str:
    """The address in the one form it is stored and compared in: trimmed, lower case."""
    email = text.strip().lower()
    if len(email) > EMAIL_LENGTH_MAX or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise InvalidInput(
            f"{text[:EMAIL_LENGTH_MAX]!r} is not an e-mail address such as dana@example.com.", field=field
        )
    return email


def checked_name(text: str, *, field: str = "name") -> str:
    """The name, trimmed and composed; InvalidInput when empty, too long, or with invisible characters."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise InvalidInput("A name is needed.", field=field)
    if len(name) > NAME_LENGTH_MAX:
        raise InvalidInput(f"The name has {len(name)} characters; the most is {NAME_LENGTH_MAX}.", field=field)
    if not name.isprintable():
        raise InvalidInput(
            "The name has characters that cannot be seen, such as a line break; remove them.", field=field
        )
    return name
