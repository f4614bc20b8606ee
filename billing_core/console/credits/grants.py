"""Where credits came from: the table of grants, and the same as a file."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from billing_core.console.components import Cell, Column, card, export_menu, money_table
from billing_core.console.formatting import day, money
from billing_core.console.queries.credits import CreditAnswers
from billing_core.domain.credits import GrantState, Origin
from billing_core.domain.money import CREDITS, Money, to_decimal

ROWS_MAX = 20
KIND = {
    Origin.SIGN_UP: "Sign-up bonus",
    Origin.PLAN: "Plan",
    Origin.PURCHASE: "Purchased",
    Origin.PROMOTION: "Promotional",
    Origin.ADJUSTMENT: "Adjustment",
}
_COLUMNS = [
    Column("Grant"),
    Column("Kind", status=True),
    Column("Expires"),
    Column("Granted", money),
    Column("Used", money),
    Column("Expired", money),
    Column("Remaining", money),
]


def grants_card(answers: CreditAnswers) -> None:
    """All grants with what is left of them, in the order they are spent; the empty ones last, the newest first."""
    box = card("Grants", key="credits_grants")
    rows = [_row(state, answers) for state in _ordered(answers)]
    if not rows:
        box.body.caption("No credits were granted yet.")
        return
    with box.controls:
        export_menu("credit-grants", lambda: grant_figures(answers), rows=len(rows), key="credits_grants_export")
    with box.body:
        total: list[Cell] = ["Total", None, None]
        for place in range(3, len(_COLUMNS)):
            total.append(_sum([row[place] for row in rows]))
        money_table(
            rows[:ROWS_MAX],
            _COLUMNS,
            total=total,
            key="credits_grants_table",
            alt="Credit grants with what was used of them and what remains.",
        )
        if len(rows) > ROWS_MAX:
            st.caption(f"{ROWS_MAX} of {len(rows)} grants; the total and the export have all of them.")


def grant_figures(answers: CreditAnswers) -> pd.DataFrame:
    """A row per grant, amounts as Decimal, instants in UTC."""
    return pd.DataFrame(
        [
            {
                "grant_id": state.grant.id,
                "name": state.grant.name,
                "kind": KIND[state.grant.origin],
                "effective_at": state.grant.effective_at,
                "expires_at": state.grant.expires_at,
                "granted": to_decimal(state.grant.granted_nanos),
                "used": to_decimal(state.allocated_nanos),
                "expired": to_decimal(_lost(state, answers)),
                "remaining": to_decimal(_left(state, answers)),
                "cost": to_decimal(state.grant.cost.nanos),
                "cost_currency": state.grant.cost.currency,
            }
            for state in _ordered(answers)
        ]
    )


def _ordered(answers: CreditAnswers) -> Sequence[GrantState]:
    newest_first = sorted(answers.grants, key=lambda state: state.grant.effective_at, reverse=True)
    still_open = [state for state in answers.grants if state.is_open(answers.asked_at)]
    return [*still_open, *(state for state in newest_first if not state.is_open(answers.asked_at))]


def _row(state: GrantState, answers: CreditAnswers) -> list[Cell]:
    grant = state.grant
    return [
        grant.name,
        KIND[grant.origin],
        "No expiry" if grant.expires_at is None else day(answers.local_day(grant.expires_at)),
        grant.granted,
        Money(state.allocated_nanos, CREDITS),
        Money(_lost(state, answers), CREDITS),
        Money(_left(state, answers), CREDITS),
    ]


def _is_over(state: GrantState, answers: CreditAnswers) -> bool:
    return state.grant.expires_at is not None and state.grant.expires_at <= answers.asked_at


def _lost(state: GrantState, answers: CreditAnswers) -> int:
    unused = state.remaining_nanos if _is_over(state, answers) else 0
    return state.expired_nanos + state.voided_nanos + unused


def _left(state: GrantState, answers: CreditAnswers) -> int:
    return 0 if _is_over(state, answers) else state.remaining_nanos


def _sum(cells: Sequence[Cell | Decimal]) -> Money:
    return Money(sum(cell.nanos for cell in cells if isinstance(cell, Money)), CREDITS)
