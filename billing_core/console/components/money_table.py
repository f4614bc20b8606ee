"""Up to fifty rows at a glance: a static table whose numbers line up, with a bold total."""

from collections.abc import Sequence

import streamlit as st

from billing_core.console.components.columns import Cell, Column, styled_frame
from billing_core.console.components.status import status_markdown


def money_table(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[Column],
    *,
    key: str,
    alt: str,
    total: Sequence[Cell] | None = None,
) -> None:
    """Rows of exact values (`Money`, counts, ratios, text) under `columns`; None is written as a dash, text is plain.

    `total` is a last row, bold; page longer lists with `money_grid`.
    """
    with st.container(key=key):
        st.table(
            styled_frame(rows, columns, total=total, status=status_markdown),
            border="horizontal",
            hide_index=True,
            alt=alt,
        )
