"""One question per card: the answer's title at the left, the control for it at the right, the answer below."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from billing_core.console.formatting import markdown_text


@dataclass(frozen=True, slots=True)
class Card:
    """`with card.controls:` for what stands beside the title, `with card.body:` for the rest."""

    controls: DeltaGenerator
    body: DeltaGenerator


def card(title: str, caption: str = "", *, key: str, height: Literal["content", "stretch"] = "content") -> Card:
    """A bordered card with a heading of the second level; `stretch` fills the height of its row."""
    box = st.container(border=True, key=key, height=height)
    row = box.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap=8)
    words = row.container(width="content", gap=None)
    words.header(markdown_text(title), anchor=False)
    if caption:
        words.caption(markdown_text(caption))
    controls = row.container(horizontal=True, vertical_alignment="center", gap=8, width="content")
    return Card(controls, box)
