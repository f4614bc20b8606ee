"""One page of a longer list: a scrollable grid whose rows can open something."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

from billing_core.console.components.columns import Cell, Column, styled_frame
from billing_core.console.components.status import COLOURS
from billing_core.console.formatting import MISSING

_ROW_PX = 38


def money_grid(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[Column],
    *,
    key: str,
    alt: str,
    opens: bool = False,
    on_open: Callable[[int], None] | None = None,
) -> int | None:
    """Rows of exact values under `columns`, as for `money_table`.

    With `opens` the cells of the first column are buttons, and the index of the row whose button was just pressed is
    returned (once, so the same row can be opened again). `on_open` gets the index before the page runs again, for what
    changes a control that is drawn before the grid.
    """
    open_key = f"{key}_open"

    def opened() -> None:
        if on_open is not None:
            on_open(st.session_state[open_key]["row"])

    config: dict[str, ColumnConfig | ButtonColumnResult] = {column.label: _cell_config(column) for column in columns}
    if opens or on_open is not None:
        first = columns[0]
        config[first.label] = st.column_config.ButtonColumn(
            first.label, type="tertiary", alignment="left", width=first.width, key=open_key, on_click=opened
        )
    st.container(key=f"{key}_money_grid").dataframe(
        styled_frame(rows, columns, text=str, status=lambda word: [word]),
        key=key,
        alt=alt,
        column_config=config,
        hide_index=True,
        row_height=_ROW_PX,
        height="content",
        placeholder=MISSING,
    )
    click = st.session_state.get(open_key)
    return click["row"] if click else None


def _cell_config(column: Column) -> ColumnConfig:
    if column.status:
        return st.column_config.MultiselectColumn(
            column.label, width=column.width, options=list(COLOURS), color=list(COLOURS.values())
        )
    return st.column_config.Column(column.label, width=column.width)
