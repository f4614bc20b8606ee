"""The head of a page: title and caption at the left, its controls at the right."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from billing_core.console.formatting import markdown_text


@dataclass(frozen=True, slots=True)
class PageHead:
    """Draw the controls first (`with head.controls:`), then the caption that depends on them."""

    controls: DeltaGenerator
    caption_slot: DeltaGenerator

    def caption(self, text: str) -> None:
        """The line under the title; plain text, shown as written."""
        self.caption_slot.caption(markdown_text(text))


def page_head(title: str, caption: str = "", *, key: str) -> PageHead:
    """The page's title (plain text) and a place for controls at its right."""
    row = st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap=12,
        key=key,
    )
    words = row.container(gap=2)
    words.title(markdown_text(title), anchor=False)
    head = PageHead(
        controls=row.container(horizontal=True, vertical_alignment="center", gap=8, width="content"),
        caption_slot=words.empty(),
    )
    if caption:
        head.caption(caption)
    return head
