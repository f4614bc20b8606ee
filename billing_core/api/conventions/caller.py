"""Who calls the API, and what they may do where: an API key or a person signed in to the console."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from billing_core.domain.errors import InvalidInput, NotAllowed
from billing_core.domain.identity import (
    PERMISSIONS,
    Actor,
    MemberRole,
    Permission,
    Scope,
    StaffRole,
    Viewer,
    who_can_grant,
)
from billing_core.domain.organizations import ApiKey, ApiScope

CALLERS_REMEMBERED = 10_000
NOWHERE = Scope(frozenset())
_EVERYWHERE = Scope(None)

_OF_ORGANIZATION: Mapping[ApiScope, frozenset[Permission]] = {
    ApiScope.CHARGE: frozenset({Permission.CHARGE_USAGE}),
    ApiScope.READ: PERMISSIONS[MemberRole.MEMBER] | {Permission.READ_MEMBERS},
    ApiScope.MANAGE: PERMISSIONS[MemberRole.OWNER],
}
_OF_OPERATOR: Mapping[ApiScope, frozenset[Permission]] = {
    ApiScope.CHARGE: frozenset({Permission.CHARGE_USAGE}),
    ApiScope.READ: PERMISSIONS[StaffRole.ANALYST],
    ApiScope.MANAGE: PERMISSIONS[StaffRole.ADMIN] - {Permission.CHARGE_USAGE},
}


@dataclass(frozen=True, slots=True)
class Caller:
    """`sees` are the organizations in sight; `held` says for which of them each permission is held."""

    id: str
    actor: Actor
    api_key_id: str | None
    sees: Scope
    held: Mapping[Permission, Scope]

    def scope_of(self, permission: Permission) -> Scope:
        """The organizations for which the caller holds the permission."""
        return self.held.get(permission, NOWHERE)

    def organization(self, permission: Permission, asked: str | None) -> str:
        """The organization a request is about, for which the caller holds the permission.

        None asks for the only one in sight: InvalidInput when there are several. NotFound for one out of sight,
        exactly as for one that does not exist; NotAllowed without the permission.
        """
        if asked is None:
            seen = self.sees.organization_ids
            if seen is None or len(seen) != 1:
                raise InvalidInput("Name the organization: organization_id=org_...", field="organization_id")
            (asked,) = seen
        self.sees.narrowed(asked)
        if not self.scope_of(permission).allows(asked):
            raise self._refusal(permission)
        return asked

    def anywhere(self, permission: Permission) -> Scope:
        """The organizations for which the caller holds the permission; NotAllowed when there are none."""
        scope = self.scope_of(permission)
        if scope == NOWHERE:
            raise self._refusal(permission)
        return scope

    def everywhere(self, permission: Permission) -> None:
        """NotAllowed unless the caller holds the permission for every organization: what concerns all of them."""
        if self.scope_of(permission).organization_ids is not None:
            raise self._refusal(permission)

    def _refusal(self, permission: Permission) -> NotAllowed:
        if self.api_key_id is None:
            return NotAllowed(who_can_grant(permission), permission=permission.value)
        return NotAllowed(
            f"This API key may not {permission.value.replace('_', ' ')}; use one with the scope that allows it.",
            field="authorization",
            permission=permission.value,
        )


@lru_cache(maxsize=CALLERS_REMEMBERED)
def caller_of_key(api_key: ApiKey, address: str) -> Caller:
    """What an API key may do: its scopes, in its organization or for an operator's key in all of them."""
    scope = _EVERYWHERE if api_key.organization_id is None else Scope(frozenset({api_key.organization_id}))
    allowed = _OF_OPERATOR if api_key.organization_id is None else _OF_ORGANIZATION
    permissions = frozenset[Permission]().union(*(allowed[item] for item in api_key.scopes))
    return Caller(
        api_key.id,
        Actor("api_key", api_key.id, api_key.name, address),
        api_key.id,
        scope,
        dict.fromkeys(permissions, scope),
    )


def caller_of_viewer(viewer: Viewer, address: str) -> Caller:
    """What a person signed in to the console may do."""
    held = {permission: viewer.scope_of(permission) for permission in viewer.permissions}
    return Caller(viewer.person_id, viewer.actor(address), None, viewer.scope, held)
