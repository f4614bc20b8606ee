"""What a change changes: before and after, grouped; what stays the same is not listed."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from billing_core.console.formatting import html_text


@dataclass(frozen=True, slots=True)
class Difference:
    """A named value before and after, as formatted text; None where it did not or will not exist."""

    name: str
    before: str | None
    after: str | None


def diff_table(groups: Sequence[tuple[str, Sequence[Difference]]], *, key: str) -> None:
    """`(group title, its differences)` in order, drawn as one table."""
    body = "".join(_group_html(*group) for group in groups)
    with st.container(key=key):
        st.html(
            '<div class="tb-scroll" tabindex="0" role="region" aria-label="Changes">'
            f'<table class="tb tb-table tb-diff">{body}</table></div>'
        )


def _group_html(title: str, differences: Sequence[Difference]) -> str:
    rows = "".join(map(_row_html, differences))
    return f'<tbody><tr class="group"><th colspan="2" scope="colgroup">{html_text(title)}</th></tr>{rows}</tbody>'


def _row_html(difference: Difference) -> str:
    before = None if difference.before is None else f"<del>{html_text(difference.before)}</del>"
    after = None if difference.after is None else f"<ins>{html_text(difference.after)}</ins>"
    if before and after:
        words = f'<span class="tb-hidden">was </span>{before} → <span class="tb-hidden">becomes </span>{after}'
    elif after:
        words = f"added {after}"
    else:
        words = f"removed {before}"
    return f'<tr><th scope="row">{html_text(difference.name)}</th><td class="tb-muted">{words}</td></tr>'
