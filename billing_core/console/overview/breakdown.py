"""The overview's table: who or what the figures come from, with a total that is the number at the top."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from billing_core.console import formatting
from billing_core.console.components import Cell, Column, card, money_table
from billing_core.console.formatting import plural
from billing_core.console.overview.view import OverviewView
from billing_core.console.session import guarded_fragment
from billing_core.console.usage.lines import Line, largest, lines_of, total_line
from billing_core.console.usage.switch import switch
from billing_core.services.reporting.measures import Measures

ROWS_MAX = 12


@guarded_fragment
def breakdown_card(view: OverviewView) -> None:
    """The card; its control changes the card alone."""
    box = card("Breakdown", key="overview_breakdown")
    titles = {title: title for title in view.tables}
    with box.controls:
        title = switch("Break down by", titles, key="by", default="Model" if view.question.sees_cost else "Feature")
    by = view.tables[title]
    compared = view.table(by)
    lines = largest(lines_of(compared, by), lambda measures: _order(view, measures), ROWS_MAX)
    total = total_line(compared)
    with box.body:
        money_table(
            [_row(view, line, total) for line in lines],
            _columns(view, title),
            total=_row(view, total, total),
            key="overview_table",
            alt=f"Usage by {title.lower()}, {view.question.days.text}.",
        )
        if view.question.sees_cost and total.current.unpriced_calls:
            _unpriced_note(total.current)


def _order(view: OverviewView, measures: Measures) -> tuple[int, int, int]:
    revenue = measures.revenue(view.currencies.revenue).nanos
    if view.question.sees_cost:
        return measures.provider_cost(view.currencies.cost).nanos, revenue, measures.calls
    return revenue, measures.credits_nanos, measures.calls


def _columns(view: OverviewView, title: str) -> list[Column]:
    compared = [Column("Cost change" if view.question.sees_cost else "Change in calls", _signed)]
    tail = compared if view.question.days.compare else []
    if view.question.sees_cost:
        return [
            Column(title),
            Column("Tokens", formatting.tokens),
            Column("Revenue", formatting.money),
            Column("Cost", formatting.money),
            Column("Share of cost", formatting.percent),
            Column("Margin", formatting.percent),
            *tail,
        ]
    return [
        Column(title),
        Column("Calls", formatting.count),
        Column("Tokens", formatting.tokens),
        Column("Credits used", formatting.money),
        Column("Charges", formatting.money),
        Column("Share of calls", formatting.percent),
        *tail,
    ]


def _row(view: OverviewView, line: Line, total: Line) -> Sequence[Cell]:
    now, all_now = line.current, total.current
    revenue, cost = view.currencies.revenue, view.currencies.cost
    if view.question.sees_cost:
        change = [line.change(lambda measures: measures.provider_cost(cost).nanos)]
        cells: list[Cell] = [
            line.name,
            now.tokens,
            now.revenue(revenue),
            now.provider_cost(cost),
            formatting.ratio(now.provider_cost(cost).nanos, all_now.provider_cost(cost).nanos),
            now.margin_ratio(revenue),
        ]
    else:
        change = [line.change(lambda measures: measures.calls)]
        cells = [
            line.name,
            now.calls,
            now.tokens,
            now.credits,
            now.revenue(revenue),
            formatting.ratio(now.calls, all_now.calls),
        ]
    return [*cells, *change] if view.question.days.compare else cells


def _signed(value: Decimal | None) -> str:
    return formatting.percent(value, signed=True)


def _unpriced_note(total: Measures) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap=12):
        st.caption(
            f"{plural(total.unpriced_calls, 'call')} with {formatting.tokens(total.unpriced_tokens)} tokens have no "
            "provider price and are in no cost."
        )
        st.page_link("provider_costs.py", label="See which")
