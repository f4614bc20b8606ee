"""The four numbers at the top of the overview: for staff what is earned, for members what is paid."""

from billing_core.console.components import Kpi
from billing_core.console.formatting import price
from billing_core.console.overview.view import OverviewView
from billing_core.console.usage.kpis import calls_kpi, cost_kpi, margin_kpi, money_kpi, revenue_kpi, tokens_kpi
from billing_core.domain.money import Money


def overview_kpis(view: OverviewView, credits_left: Money | None) -> list[Kpi]:
    """Revenue, provider cost, margin and tokens; to members charges, credits, calls and tokens."""
    move, currencies = view.movement, view.currencies
    if view.question.sees_cost:
        return [
            revenue_kpi(move, currencies.revenue),
            cost_kpi(move, currencies.cost),
            margin_kpi(move, currencies.revenue),
            tokens_kpi(move),
        ]
    left = "" if credits_left is None else f" {price(credits_left)} are left."
    return [
        money_kpi(
            "Charges",
            move,
            lambda measures: measures.revenue(currencies.revenue),
            help_text="What your organization paid for usage beyond what its plan includes; credits count as what "
            "they were bought for. The price of the plan is not in it.",
        ),
        money_kpi(
            "Credits used",
            move,
            lambda measures: measures.credits,
            help_text=f"Credits that usage took from grants.{left}",
        ),
        calls_kpi(move),
        tokens_kpi(move),
    ]
