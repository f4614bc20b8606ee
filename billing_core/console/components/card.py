"""One question per card: the answer's title at the left, the control for it at the right, the answer below."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from billing_core.console.formatting import markdown_text


@dataclass(frozen=True, slots=True)
class Card:
    """`with card.controls:` for what stands beside the title, `with card.body:` for the rest."""

    words: DeltaGenerator
    controls: DeltaGenerator
    body: DeltaGenerator

    def head(self, title: str, caption: str = "") -> None:
        """The title of a card that was drawn without one, because its controls decide what it says."""
        _words(self.words, title, caption)


def card(title: str = "", caption: str = "", *, key: str, height: Literal["content", "stretch"] = "content") -> Card:
    """A bordered card with a heading of the second level; `stretch` fills the height of its row."""
    box = st.container(border=True, key=key, height=height)
    row = box.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap=8)
    words = row.container(width="content", gap=2)
    controls = row.container(horizontal=True, vertical_alignment="center", gap=8, width="content")
    drawn = Card(words, controls, box)
    if title:
        drawn.head(title, caption)
    return drawn


def section_head(title: str, caption: str = "", *, key: str) -> None:
    """A heading of the second level between cards, with a line under it; plain texts."""
    _words(st.container(gap=2, key=key), title, caption)


def _words(place: DeltaGenerator, title: str, caption: str) -> None:
    place.header(markdown_text(title), anchor=False)
    if caption:
        place.caption(markdown_text(caption))
