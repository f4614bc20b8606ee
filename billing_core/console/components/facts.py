"""An object's facts as label and value pairs."""

from collections.abc import Sequence

import streamlit as st

from billing_core.console.formatting import html_text


def facts(pairs: Sequence[tuple[str, str]], *, key: str) -> None:
    """`(label, formatted value)` in two columns; texts are plain."""
    rows = "".join(f"<dt>{html_text(label)}</dt><dd>{html_text(value)}</dd>" for label, value in pairs)
    with st.container(key=key):
        st.html(f'<dl class="tb tb-facts">{rows}</dl>')
