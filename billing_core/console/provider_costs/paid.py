"""The card that holds cost against what customers paid."""

import streamlit as st

from billing_core.console.charts import money_measure, paired_bars
from billing_core.console.components import LegendItem, card, current_theme, legend, show
from billing_core.console.formatting import whole_money
from billing_core.console.provider_costs.view import CostView
from billing_core.console.session import guarded_fragment
from billing_core.console.theme import TOKENS
from billing_core.console.usage.switch import switch
from billing_core.services.reporting.measures import Measures

BARS_MAX = 6
PAID: str = "Paid by customers"
COST: str = "Provider cost"


@guarded_fragment
def paid_card(view: CostView) -> None:
    """Two bars for each provider, or for each of the models that cost most; its control changes the card alone."""
    box = card("Cost against what customers paid", key="costs_paid", height="stretch")
    with box.controls:
        lines = switch(
            "Compare by", {"Provider": view.providers, "Model": [item.line for item in view.models]}, key="bars"
        )
    with box.body:
        if view.currencies.revenue != view.currencies.cost:
            st.caption(
                f"Customers paid in {view.currencies.revenue} and providers charged in {view.currencies.cost}, so they "
                "cannot stand side by side. The table below has both."
            )
            return
        shown = [line for line in lines if _paid(view, line.current) or _cost(view, line.current)][:BARS_MAX]
        series = TOKENS[current_theme()].series
        colours = {PAID: series[0], COST: series[2]}
        total = view.movement.current
        items = [
            LegendItem(PAID, whole_money(total.revenue(view.currencies.revenue)), colours[PAID]),
            LegendItem(COST, whole_money(total.provider_cost(view.currencies.cost)), colours[COST]),
        ]
        legend(items, key="costs_legend")
        show(
            paired_bars(
                [line.name for line in shown],
                {
                    PAID: [_paid(view, line.current) for line in shown],
                    COST: [_cost(view, line.current) for line in shown],
                },
                colours=colours,
                measure=money_measure(view.currencies.cost),
                theme=current_theme(),
            ),
            key="costs_bars",
            alt=f"What customers paid and what providers charged, {view.question.days.text}: "
            f"{', '.join(f'{item.name} {item.total}' for item in items)}.",
        )


def _paid(view: CostView, measures: Measures) -> int:
    return measures.revenue(view.currencies.revenue).nanos


def _cost(view: CostView, measures: Measures) -> int:
    return measures.provider_cost(view.currencies.cost).nanos
