"""On whose behalf a click acts, asked again at the click: a page may have been open for hours."""

from billing_core.console.session import actor_of, current_viewer
from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import Actor, Permission, Scope, Viewer


def acting(permission: Permission, organization_id: str | None = None) -> Actor:
    """The signed-in person; NotAllowed when the session is over or the permission is missing by now."""
    return actor_of(_authorized(permission, organization_id))


def acting_within(permission: Permission) -> tuple[Actor, Scope]:
    """The same, with the organizations for which the person holds the permission."""
    viewer = _authorized(permission, None)
    return actor_of(viewer), viewer.scope_of(permission)


def _authorized(permission: Permission, organization_id: str | None) -> Viewer:
    viewer = current_viewer()
    if viewer is None:
        raise NotAllowed("Your session has ended. Sign in again to go on; nothing was changed or charged.")
    viewer.authorize(permission, organization_id)
    return viewer
