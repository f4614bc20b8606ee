"""The words for a state and their colours, the same on every screen."""

from typing import Literal

import streamlit as st

BadgeColour = Literal["green", "blue", "orange", "red", "violet", "gray"]

COLOURS: dict[str, BadgeColour] = {
    "Paid": "green",
    "Active": "green",
    "Live": "green",
    "Succeeded": "green",
    "Resolved": "green",
    "Open": "blue",
    "Trial": "blue",
    "Purchased": "blue",
    "Pending": "blue",
    "Due soon": "orange",
    "Unpriced": "orange",
    "Expires soon": "orange",
    "Past due": "red",
    "Failed": "red",
    "Raised": "red",
    "Promotional": "violet",
    "Sign-up bonus": "violet",
    "Draft": "gray",
    "Void": "gray",
    "Expired": "gray",
    "Retired": "gray",
    "Acknowledged": "gray",
    "Contract": "gray",
    "Plan": "gray",
    "Adjustment": "gray",
}


def status_markdown(status: str) -> str:
    """The badge for a table cell declared as Markdown: `:green-badge[Paid]`. Raises KeyError for an unknown word."""
    return f":{COLOURS[status]}-badge[{status}]"


def status_badge(status: str) -> None:
    """The badge on its own."""
    st.badge(status, color=COLOURS[status])
