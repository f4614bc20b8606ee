"""Ways from a figure to the usage behind it: the same filter in the address."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from billing_core.console.session import ORGANIZATION_KEY

USAGE_PAGE = "usage.py"


def usage_link(label: str, first: date, last: date, **filters: str) -> None:
    """A link to the usage page for these days, the chosen organization, and further filters as they are on screen."""
    st.page_link(USAGE_PAGE, label=label, query_params=address(first, last) | filters)


def address(first: date, last: date) -> dict[str, str | list[str]]:
    """The query parameters of these days for the chosen organization."""
    organization = st.query_params.get(ORGANIZATION_KEY)
    kept: Mapping[str, str] = {} if organization is None else {ORGANIZATION_KEY: organization}
    return {**kept, "range": "Custom", "range_days": [first.isoformat(), last.isoformat()]}
