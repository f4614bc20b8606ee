"""The tables of the page: how providers perform, and every model with its cost, price and margin."""

from collections.abc import Sequence

import streamlit as st

from billing_core.console import formatting
from billing_core.console.components import Cell, Column, card, money_table
from billing_core.console.provider_costs.view import CostView
from billing_core.console.session import guarded_fragment
from billing_core.console.usage.lines import Line
from billing_core.console.usage.names import provider_label
from billing_core.console.usage.rates import cost_per_million, error_rate
from billing_core.console.usage.switch import switch

ROWS_MAX = 48


def reliability_card(view: CostView) -> None:
    """Latency and errors of each provider, those with the most calls first."""
    box = card("Latency and errors", key="costs_reliability", height="stretch")
    rows = [
        [name, measures.latency_p50_ms, measures.latency_p95_ms, error_rate(measures)]
        for name, measures in view.latency.items()
        if measures.latency_p50_ms is not None
    ]
    with box.body:
        money_table(
            rows,
            [
                Column("Provider"),
                Column("p50", formatting.duration),
                Column("p95", formatting.duration),
                Column("Errors", formatting.percent),
            ],
            key="costs_reliability_table",
            alt=f"Latency and error rate of each provider, {view.question.days.text}.",
        )
        st.caption("Half of the calls are faster than p50, 19 of 20 faster than p95.")


@guarded_fragment
def margin_card(view: CostView) -> None:
    """Cost, price and margin by provider or model; its control changes the card alone."""
    box = card("Cost and margin", key="costs_margin")
    with box.controls:
        by = switch("Break down by", {"Provider": "Provider", "Model": "Model"}, key="table", default="Model")
    compare = view.question.days.compare
    by_model = by == "Model"
    if by_model:
        rows = [
            [item.line.name, *_cells(view, item.line), provider_label(item.provider)] for item in view.models[:ROWS_MAX]
        ]
    else:
        rows = [[line.name, *_cells(view, line)] for line in view.providers]
    tail = [Column("Provider")] if by_model else []
    with box.body:
        money_table(
            rows,
            [Column(by), *_columns(compare), *tail],
            total=["Total", *_cells(view, view.total), *("" for _ in tail)],
            key="costs_margin_table",
            alt=f"Provider cost and margin by {by.lower()}, {view.question.days.text}.",
        )
        if by_model and len(view.models) > ROWS_MAX:
            st.caption(f"The {ROWS_MAX} of {len(view.models)} models that cost most; the export has all of them.")


def _columns(compare: bool) -> list[Column]:
    columns = [
        Column("Cost", formatting.money),
        Column("Paid", formatting.money),
        Column("Margin", formatting.money),
        Column("Margin, %", formatting.percent),
        Column("Tokens", formatting.tokens),
        Column("Calls", formatting.count),
        Column("Cost per 1M", formatting.money),
    ]
    change = Column("Cost change", lambda value: formatting.percent(value, signed=True))
    return [*columns, change] if compare else columns


def _cells(view: CostView, line: Line) -> Sequence[Cell]:
    now, currencies = line.current, view.currencies
    is_unpriced = now.unpriced_calls == now.calls
    cost = None if is_unpriced and now.calls else now.provider_cost(currencies.cost)
    cells: list[Cell] = [
        cost,
        now.revenue(currencies.revenue),
        None if cost is None else now.margin(currencies.revenue),
        None if cost is None else now.margin_ratio(currencies.revenue),
        now.tokens,
        now.calls,
        cost_per_million(now, currencies.cost),
    ]
    if not view.question.days.compare:
        return cells
    return [*cells, line.change(lambda measures: measures.provider_cost(currencies.cost).nanos)]
