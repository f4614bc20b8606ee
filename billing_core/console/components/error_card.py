"""What stands in the place of a page that failed: whether money moved, what to do, and a reference."""

import streamlit as st

from billing_core.console.formatting import html_text


def error_card(reference: str, *, key: str) -> None:
    """For `on_script_error`, inside the normal frame; pressing the button runs the page again."""
    with st.container(border=True, key=key, horizontal_alignment="center"):
        st.html(
            '<div class="tb tb-empty" role="alert"><div class="tb-empty-title">This page couldn’t load</div>'
            '<p class="tb-muted">Nothing was changed or charged. Try again in a minute; if it keeps failing, '
            "send us the reference below.</p>"
            f'<p class="tb-small tb-muted" style="margin-top:6px">Reference {html_text(reference)}</p></div>'
        )
        st.button("Try again", key=f"{key}_again")
