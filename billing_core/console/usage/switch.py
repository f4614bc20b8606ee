"""The control of a card: one of a few ways to look at the same thing, kept in the address."""

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

Choice = TypeVar("Choice")


def switch(label: str, choices: Mapping[str, Choice], *, key: str, default: str | None = None) -> Choice:
    """Draw the control and return what is chosen; the key is its name in the address."""
    words = list(choices)
    chosen = st.segmented_control(
        label,
        words,
        default=default or words[0],
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return choices[chosen]
