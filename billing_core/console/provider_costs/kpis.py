"""The four numbers at the top: what providers charged, what customers paid, what is left, and what a million cost."""

from billing_core.console.components import Kpi
from billing_core.console.formatting import money
from billing_core.console.provider_costs.view import CostView
from billing_core.console.usage.kpis import cost_kpi, margin_kpi, money_kpi
from billing_core.console.usage.rates import cost_per_million
from billing_core.services.reporting.measures import Measures


def cost_kpis(view: CostView) -> list[Kpi]:
    """Provider cost, paid by customers, gross margin, cost per million tokens."""
    move, currencies = view.movement, view.currencies
    return [
        cost_kpi(move, currencies.cost),
        money_kpi(
            "Paid by customers",
            move,
            lambda measures: measures.revenue(currencies.revenue),
            good="up",
            help_text="What customers paid for usage, with or without a provider behind it. The prices of plans, whose "
            "allowances pay for much of it, are not in it.",
        ),
        margin_kpi(move, currencies.revenue),
        _unit_cost(view),
    ]


def _unit_cost(view: CostView) -> Kpi:
    move, currency = view.movement, view.currencies.cost

    def nanos(measures: Measures) -> int | None:
        cost = cost_per_million(measures, currency)
        return None if cost is None else cost.nanos

    return Kpi(
        "Cost per 1M tokens",
        money(cost_per_million(move.current, currency)),
        change=move.change(nanos),
        history=move.history(nanos),
        help="Provider cost divided by the tokens whose price is known.",
    )
