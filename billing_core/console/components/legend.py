"""What the colours of a chart mean, with each part's total."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from billing_core.console.formatting import html_text


@dataclass(frozen=True, slots=True)
class LegendItem:
    """A swatch with its name and formatted total; without a colour it is the dotted line of the period before."""

    name: str
    total: str = ""
    colour: str | None = None


def legend(items: Sequence[LegendItem], *, key: str) -> None:
    """The entries in a line that wraps."""
    with st.container(key=key):
        st.html(f'<div class="tb tb-legend">{"".join(map(_item_html, items))}</div>')


def _item_html(item: LegendItem) -> str:
    swatch = f'<i style="background:{item.colour}"></i>' if item.colour else '<i class="dotted"></i>'
    return f"<span>{swatch}{html_text(item.name)}<b>{html_text(item.total)}</b></span>"
