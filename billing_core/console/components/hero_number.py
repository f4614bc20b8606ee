"""The number a page is about, with the one sentence that explains it."""

from typing import Literal

import streamlit as st

from billing_core.console.formatting import html_text


def hero_number(
    value: str,
    note: str = "",
    *,
    key: str,
    stress: str = "",
    tone: Literal["good", "warn", "bad", "muted"] = "muted",
    above: str = "",
) -> None:
    """A formatted value, large; `note` under it ends in `stress`, bold and in the colour of `tone`; plain texts."""
    stressed = f' <span class="tb-strong tb-{tone}">{html_text(stress)}</span>' if stress else ""
    lead = f'<div class="tb-muted">{html_text(above)}</div>' if above else ""
    with st.container(key=key):
        st.html(
            f'<div class="tb">{lead}<div class="tb-hero">{html_text(value)}</div>'
            f'<div class="tb-muted">{html_text(note)}{stressed}</div></div>'
        )
