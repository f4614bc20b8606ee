"""The overview as a file: its figures per day and part, exact."""

from decimal import Decimal

import pandas as pd

from billing_core.console.components import export_menu
from billing_core.console.overview.view import OverviewView
from billing_core.console.usage.names import TITLES, value_label
from billing_core.domain.money import to_decimal
from billing_core.services.reporting.measures import Measures


def overview_export(view: OverviewView) -> None:
    """The menu; a row per day and provider (to members, per day and feature) for the days shown."""
    days = view.question.days.current
    name = f"overview-{days.first.isoformat()}-{days.last.isoformat()}"
    export_menu(name, lambda: daily_figures(view), rows=len(view.points), key="overview_export")


def daily_figures(view: OverviewView) -> pd.DataFrame:
    """Amounts as Decimal in a column per currency; provider cost only for those who may see it."""
    part = TITLES[view.split].lower()
    rows = [
        {
            "date": point.start.date(),
            part: value_label(view.split, point.key, point.label),
            "calls": point.measures.calls,
            "errors": point.measures.errors,
            "tokens": point.measures.tokens,
            "credits_used": to_decimal(point.measures.credits_nanos),
            **_amounts(view, point.measures),
        }
        for point in view.points
    ]
    return pd.DataFrame(rows)


def _amounts(view: OverviewView, measures: Measures) -> dict[str, Decimal]:
    codes = view.movement.current.currencies
    revenue = "revenue" if view.question.sees_cost else "charges"
    amounts = {f"{revenue}_{code}": to_decimal(measures.revenue(code).nanos) for code in codes}
    if view.question.sees_cost:
        amounts |= {f"provider_cost_{code}": to_decimal(measures.provider_cost(code).nanos) for code in codes}
    return amounts
