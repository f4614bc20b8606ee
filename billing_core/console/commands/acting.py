"""On whose behalf a click acts, asked again at the click: a page may have been open for hours."""

from billing_core.console.session import actor_of, current_viewer
from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import Actor, Permission


def acting(permission: Permission, organization_id: str | None = None) -> Actor:
    """The signed-in person; NotAllowed when the session is over or the permission is missing by now."""
    viewer = current_viewer()
    if viewer is None:
        raise NotAllowed("Your session has ended. Sign in again to go on; nothing was changed or charged.")
    viewer.authorize(permission, organization_id)
    return actor_of(viewer)
