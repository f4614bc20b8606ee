"""Ways from a figure to the usage behind it: addresses that reproduce a screen.

They are plain links and load the page anew: within a session Streamlit prefers what its controls were last set to over
what an address says.
"""

from datetime import date
from urllib.parse import urlencode

import streamlit as st

from billing_core.console.formatting import html_text
from billing_core.console.session import ORGANIZATION_KEY

USAGE_PATH = "/usage"


def days_link(label: str, path: str, first: date, last: date, *, before: str = "") -> None:
    """A link to a page about these days, for the organization that is chosen now; `before` is text in front of it."""
    href = days_address(path, first, last, st.query_params.get(ORGANIZATION_KEY))
    text = f'<span class="tb-muted">{html_text(before)}</span>&emsp;' if before else ""
    link = f'<a class="tb-link" href="{html_text(href)}" target="_self">{html_text(label)}</a>'
    st.html(f'<div class="tb">{text}{link}</div>')


def days_address(path: str, first: date, last: date, organization: str | None = None) -> str:
    """The address of a page about these days; `organization` is its name, None the one shown without being named."""
    chosen = [] if organization is None else [(ORGANIZATION_KEY, organization)]
    span = [("range", "Custom"), ("range_days", first.isoformat()), ("range_days", last.isoformat())]
    return f"{path}?{urlencode([*chosen, *span])}"
