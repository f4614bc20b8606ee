"""Why an amount is what it is: its lines with quantity, rate and amount, and their total."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from billing_core.console.formatting import MISSING, html_text


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line, everything formatted; `note` stands small under the name."""

    name: str
    amount: str
    quantity: str = MISSING
    rate: str = MISSING
    note: str = ""


def line_items(lines: Sequence[LineItem], *, total: str, key: str, priced: bool = True) -> None:
    """The lines as a table that ends in the total; without `priced` only names and amounts."""
    head = ("Line", "Quantity", "Rate", "Amount") if priced else ("Item", "Amount")
    columns = "".join(f'<th scope="col">{title}</th>' for title in head)
    rows = "".join(_row_html(line, priced=priced) for line in lines)
    with st.container(key=key):
        st.html(
            '<div class="tb-scroll" tabindex="0" role="region" aria-label="Lines"><table class="tb tb-table">'
            f"<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody><tfoot><tr>"
            f'<th scope="row" colspan="{len(head) - 1}">Total</th><td>{html_text(total)}</td>'
            "</tr></tfoot></table></div>"
        )


def _row_html(line: LineItem, *, priced: bool) -> str:
    note = f'<div class="tb-small tb-muted">{html_text(line.note)}</div>' if line.note else ""
    cells = (line.quantity, line.rate, line.amount) if priced else (line.amount,)
    numbers = "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{html_text(line.name)}{note}</th>{numbers}</tr>'
