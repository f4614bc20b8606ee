"""Every organization's credits in one line each, for those who run the product."""

from collections.abc import Sequence

import streamlit as st

from billing_core.console.components import Cell, Column, card, money_grid
from billing_core.console.formatting import count, day, money, plural
from billing_core.console.queries.credits import CreditLine
from billing_core.console.session import ORGANIZATION_KEY
from billing_core.services.credits.read_history import BURN_DAYS

PAGE_ROWS = 15
_COLUMNS = [
    Column("Organization", width=220),
    Column("Credits left", money),
    Column("Used a day", money),
    Column("Last until"),
    Column("Days left", count),
]


def everyone_card(lines: Sequence[CreditLine]) -> None:
    """The organizations whose credits run out first at the top; a name opens its organization."""
    box = card("Balances", "Those that run out first are at the top.", key="credits_everyone")
    with box.body:
        pages = -(-len(lines) // PAGE_ROWS)
        table = st.empty()
        page = st.pagination(pages, key="credits_everyone_page") if pages > 1 else 1
        shown = lines[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
        with table.container():
            money_grid(
                [_row(line) for line in shown],
                _COLUMNS,
                key="credits_everyone_grid",
                alt="Credits of every organization.",
                on_open=lambda row: _choose(shown[row]),
            )
        st.caption(
            f"{plural(len(lines), 'organization')}. The forecast takes the use of the last {BURN_DAYS} days to go on "
            "and adds no further grants."
        )


def _row(line: CreditLine) -> list[Cell]:
    if not line.spendable:
        return [line.organization.name, line.spendable, line.burn, "No credits left", 0]
    until = "More than two years" if line.runs_out_on is None else day(line.runs_out_on)
    return [line.organization.name, line.spendable, line.burn, until, line.days_left]


def _choose(line: CreditLine) -> None:
    st.session_state[ORGANIZATION_KEY] = line.organization.id
