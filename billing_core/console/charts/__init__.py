"""Plotly figures in the console's look; plain numbers and dates in, a figure out, no Streamlit."""

from billing_core.console.charts.balance import BalancePoint, Expiry, credit_balance
from billing_core.console.charts.daily_bars import daily_bars
from billing_core.console.charts.lines import Rule, lines
from billing_core.console.charts.measure import (
    CALLS,
    CREDIT_AMOUNT,
    MILLISECONDS,
    PERCENT,
    TOKENS,
    Measure,
    money_measure,
    rate_measure,
)
from billing_core.console.charts.paired_bars import paired_bars
from billing_core.console.charts.week_heatmap import week_heatmap

__all__ = [
    "CALLS",
    "CREDIT_AMOUNT",
    "MILLISECONDS",
    "PERCENT",
    "TOKENS",
    "BalancePoint",
    "Expiry",
    "Measure",
    "Rule",
    "credit_balance",
    "daily_bars",
    "lines",
    "money_measure",
    "paired_bars",
    "rate_measure",
    "week_heatmap",
]
