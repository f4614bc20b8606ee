"""Asking before something happens: the consequence in numbers, then a safe button and the one that acts."""

from collections.abc import Callable

import streamlit as st

from billing_core.console.formatting import markdown_text
from billing_core.domain.errors import BillingError


def confirm_dialog(
    title: str,
    *,
    confirm: str,
    on_confirm: Callable[[], None],
    key: str,
    body: Callable[[], object] | None = None,
    cancel: str = "Cancel",
    typed: str | None = None,
) -> None:
    """Open a dialog that `body` fills; `title` is plain text, `confirm` names the act (verb, object, price).

    `typed` is a name to type first, for what cannot be undone. A BillingError of `on_confirm` is shown in the dialog,
    which stays open; otherwise the page runs again. Values chosen in `body` are read from session state by key.
    """

    @st.dialog(markdown_text(title), width="medium")
    def ask() -> None:
        if body is not None:
            body()
        ready = True
        if typed is not None:
            ready = st.text_input(markdown_text(f"Type {typed} to confirm"), key=f"{key}_typed", live=True) == typed
        with st.container(horizontal=True, horizontal_alignment="right", gap=8):
            if st.button(cancel, key=f"{key}_cancel"):
                st.rerun()
            confirmed = st.button(confirm, key=f"{key}_confirm", type="primary", disabled=not ready)
        if confirmed:
            try:
                on_confirm()
            except BillingError as error:
                st.error(markdown_text(error.message))
            else:
                st.rerun()

    ask()
