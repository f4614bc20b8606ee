"""What stands under the menu: the person who is signed in, and a word when the figures are demo data."""

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.formatting import html_text, markdown_text
from billing_core.domain.identity import Viewer


def user_menu(viewer: Viewer) -> None:
    """The person's name; opened, their role, address and the way out."""
    with st.popover(markdown_text(viewer.name), icon=":material/account_circle:", width="stretch", key="user_menu"):
        st.html(
            f'<div class="tb"><strong>{html_text(viewer.name)}</strong><br>'
            f'<span class="tb-muted">{html_text(viewer.role_label)} · {html_text(viewer.email)}</span></div>'
        )
        st.html('<a class="tb-sign-out" href="/logout" target="_self">Sign out</a>')


def demo_notice(viewer: Viewer) -> None:
    """Say so when an organization in sight was made up for the demo."""
    with application().read() as uow:
        seen = [item for item in uow.organizations.organizations() if viewer.scope.allows(item.id)]
    if any(item.is_demo for item in seen):
        st.caption("Demo data")
