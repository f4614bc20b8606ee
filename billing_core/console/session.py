"""Who is looking at this screen, whether they may, and at which organization; asked of the database on every run."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.formatting import html_text
from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import Actor, Permission, Viewer, who_can_grant
from billing_core.domain.organizations import Organization
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.view_session import viewer_of

ORGANIZATION_KEY = "org"
_VIEWER = "tb_viewer"
_ALL = ""
_ALL_LABEL = "All organizations"
Shown = ParamSpec("Shown")
Made = TypeVar("Made")


def _cookie_token() -> str | None:
    return st.context.cookies.get(SESSION_COOKIE)


# Tests put their own function here: AppTest has no cookies. Nothing a browser sends can replace it.
token_source: Callable[[], str | None] = _cookie_token


def current_viewer() -> Viewer | None:
    """The signed-in person as of now; None when the session is over, although the page still has its cookie."""
    return _viewer_with(token_source())


def require(permission: Permission, *further: Permission) -> Viewer:
    """The first act of every page: the viewer, who holds the permissions within `scope`; else says why and stops."""
    viewer = current_viewer()
    if viewer is None:
        _stop("Your session has ended", "Sign in again to go on. Nothing was changed or charged.", _sign_in_link())
    st.session_state[_VIEWER] = viewer
    _check_address(viewer)
    chosen = selected_organization(viewer)
    for asked in (permission, *further):
        viewer = viewer.narrowed_to(asked)
        if asked not in viewer.permissions or (chosen is not None and not viewer.scope.allows(chosen)):
            _stop("You do not have access to this", who_can_grant(asked))
    return viewer


def guarded_fragment(draw: Callable[Shown, None], *, run_every: int | None = None) -> Callable[Shown, None]:
    """`st.fragment` for what shows somebody's data; `run_every` is in seconds.

    A click inside a fragment runs it alone, without the guard of its page: when the viewer is not any more who they
    were when the page was drawn, or may see something else by now, the page as a whole runs again and decides.
    """

    @wraps(draw)
    def guarded(*args: Shown.args, **kwargs: Shown.kwargs) -> None:
        if current_viewer() != st.session_state.get(_VIEWER):
            st.rerun()
        draw(*args, **kwargs)

    return st.fragment(guarded, run_every=run_every)


def for_this_viewer(make: Callable[Shown, Made]) -> Callable[Shown, Made]:
    """`make` for as long as the viewer is signed in and sees what they see now; NotAllowed afterwards.

    For what is made at a click without a run of the page, such as a file: an open page keeps its buttons, and the
    next person to use the browser may be somebody else.
    """
    token, shown_to = token_source(), current_viewer()

    @wraps(make)
    def made(*args: Shown.args, **kwargs: Shown.kwargs) -> Made:
        if shown_to is None or _viewer_with(token) != shown_to:
            raise NotAllowed("Your session has ended. Sign in again to go on.")
        return make(*args, **kwargs)

    return made


def organization_switcher(viewer: Viewer) -> None:
    """The choice in the sidebar, kept in the address as `?org=name`; the frame draws it before the page runs.

    Streamlit replaces a name it does not know by the first choice; `require` has refused such an address before.
    """
    names = _organization_names(viewer)
    if names:
        st.sidebar.selectbox(
            "Organization",
            list(names),
            format_func=lambda organization_id: str(names.get(organization_id, organization_id)),
            key=ORGANIZATION_KEY,
            bind="query-params",
        )


def selected_organization(viewer: Viewer) -> str | None:
    """The id of the chosen organization, which the viewer may see; None is all of their scope."""
    chosen: str | None = st.session_state.get(ORGANIZATION_KEY) or None
    if chosen is not None and not viewer.scope.allows(chosen):
        _refuse_organization()
    return chosen


def now() -> datetime:
    """The present, as the application's clock has it."""
    return application().clock.now()


def selected_time_zone(viewer: Viewer) -> ZoneInfo:
    """The zone whose days are shown: the chosen organization's, else the viewer's."""
    chosen = selected_organization(viewer)
    if chosen is None:
        return viewer.time_zone
    with application().read() as uow:
        return uow.organizations.organization(chosen).time_zone


def actor_of(viewer: Viewer) -> Actor:
    """The viewer as the audit trail records them."""
    return viewer.actor(st.context.ip_address or "localhost")


def _organization_names(viewer: Viewer) -> dict[str, str]:
    """What can be chosen, by id; only who sees every organization can see them together."""
    if viewer.scope.organization_ids is not None:
        return {item.organization_id: item.organization_name for item in viewer.memberships}
    with application().read() as uow:
        found = uow.organizations.organizations()
    return {_ALL: _ALL_LABEL} | {item.id: _label(item) for item in found}


def _label(organization: Organization) -> str:
    """Its name; one that is called like the choice of all would be chosen in its place."""
    name = organization.name
    return f"{name} ({organization.id})" if name == _ALL_LABEL else name


def _viewer_with(token: str | None) -> Viewer | None:
    house = application()
    return viewer_of(house, token, house.clock.now()) if token else None


def _check_address(viewer: Viewer) -> None:
    """Refuse an address that names an organization the viewer cannot see."""
    asked = st.query_params.get(ORGANIZATION_KEY)
    if asked is None or asked in (item.organization_name for item in viewer.memberships):
        return
    if viewer.scope.organization_ids is not None:
        _refuse_organization()
    with application().read() as uow:
        is_known = uow.organizations.organization_by_name(asked) is not None
    if not is_known and asked not in _organization_names(viewer).values():
        _refuse_organization()


def _refuse_organization() -> NoReturn:
    # The same words for one that exists and one that does not: an address that is guessed must tell nothing.
    _stop(
        "There is no such organization for you",
        "The address names an organization that does not exist or that you are not a member of. "
        "Ask one of its owners, or an administrator.",
        ("Show your organizations", "/"),
    )


def _sign_in_link() -> tuple[str, str]:
    url = urlsplit(st.context.url or "/")
    here = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    return "Sign in", f"/login?next={quote(here, safe='/')}"


def _stop(title: str, text: str, link: tuple[str, str] | None = None) -> NoReturn:
    anchor = ""
    if link:
        anchor = (
            f'<p style="margin-top:12px"><a href="{html_text(link[1])}" target="_self" style="color:var(--tb-link)">'
        )
        anchor += f"{html_text(link[0])}</a></p>"
    st.html(
        f'<div class="tb tb-empty" role="alert"><div class="tb-empty-title">{html_text(title)}</div>'
        f'<p class="tb-muted">{html_text(text)}</p>{anchor}</div>'
    )
    st.stop()
