"""The table of the usage page: a row per value of the split, with how often it fails and how fast it is."""

from collections.abc import Sequence

from billing_core.console import formatting
from billing_core.console.components import Cell, Column, card, money_table
from billing_core.console.usage.lines import Line, lines_of
from billing_core.console.usage.rates import error_rate
from billing_core.console.usage_trends.view import TrendView


def table_card(view: TrendView, title: str) -> None:
    """The card; its total is the whole the page is about."""
    box = card(f"By {title.lower()}", key="usage_breakdown")
    compare = view.question.days.compare
    total = Line("Total", *view.answers.totals)
    with box.body:
        money_table(
            [_row(line, total, compare) for line in lines_of(view.table, view.split)],
            _columns(title, compare),
            total=_row(total, total, compare),
            key="usage_table",
            alt=f"Usage by {title.lower()}, {view.question.days.text}.",
        )


def _columns(title: str, compare: bool) -> list[Column]:
    columns = [
        Column(title),
        Column("Calls", formatting.count),
        Column("Tokens", formatting.tokens),
        Column("Error rate", formatting.percent),
        Column("Latency p50", formatting.duration),
        Column("Latency p95", formatting.duration),
        Column("Share of calls", formatting.percent),
    ]
    change = Column("Change in calls", lambda value: formatting.percent(value, signed=True))
    return [*columns, change] if compare else columns


def _row(line: Line, total: Line, compare: bool) -> Sequence[Cell]:
    now = line.current
    cells: list[Cell] = [
        line.name,
        now.calls,
        now.tokens,
        error_rate(now),
        now.latency_p50_ms,
        now.latency_p95_ms,
        formatting.ratio(now.calls, total.current.calls),
    ]
    return [*cells, line.change(lambda measures: measures.calls)] if compare else cells
