"""A confirmation that survives the rerun after an action."""

import streamlit as st

from billing_core.console.formatting import markdown_text

_KEY = "tb_flash"


def flash(message: str) -> None:
    """Remember a confirmation, plain text, for the next run; it never carries an error."""
    st.session_state[_KEY] = message


def show_flash() -> None:
    """Show what was remembered, once; the frame calls this in every run."""
    message = st.session_state.pop(_KEY, None)
    if message:
        st.toast(markdown_text(message), icon=":material/check_circle:")
