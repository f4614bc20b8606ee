"""Nothing to show: what will appear here, why it does not, and one way on."""

import streamlit as st
from streamlit.navigation.page import Page

from billing_core.console.formatting import html_text


def empty_state(
    title: str,
    text: str,
    *,
    key: str,
    button: str | None = None,
    link: tuple[str, Page] | None = None,
) -> bool:
    """Nothing is here yet. One `button` (returns whether it was pressed) or one `link` (label, page)."""
    pressed = False
    with st.container(key=key, horizontal_alignment="center"):
        st.html(
            f'<div class="tb tb-empty"><div class="tb-empty-title">{html_text(title)}</div>'
            f'<p class="tb-muted">{html_text(text)}</p></div>'
        )
        if button:
            pressed = st.button(button, key=f"{key}_button")
        if link:
            st.page_link(link[1], label=link[0])
    return pressed


def no_match(things: str, searched: str = "", *, key: str) -> bool:
    """The filters leave nothing; returns whether to clear them. `things` in the plural: `invoices`."""
    nothing = f"Nothing is here for “{searched}”." if searched else "Nothing is here for these filters."
    text = f"{nothing} Try a different search or clear the filters."
    return empty_state(f"No {things} match", text, key=key, button="Clear filters")
