"""The figures that charts and tables of usage can show: what each is called, how it is read, and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from billing_core.console import formatting
from billing_core.console.charts import CALLS, MILLISECONDS, TOKENS, Measure, money_measure
from billing_core.domain.money import Money
from billing_core.services.reporting.measures import Measures


@dataclass(frozen=True, slots=True)
class Figure:
    """`read` gives the whole number that is charted (None: not known), `total` writes it for a legend.

    `adds_up` says whether the figure of a whole is the sum of its parts.
    """

    label: str
    read: Callable[[Measures], int | None]
    chart: Measure
    total: Callable[[int | None], str]
    adds_up: bool = True


def revenue_figure(currency: str, label: str = "Revenue") -> Figure:
    """What customers paid, in nanos of `currency`; members know it as their charges."""
    return Figure(
        label,
        lambda measures: measures.revenue(currency).nanos,
        money_measure(currency),
        lambda nanos: formatting.whole_money(None if nanos is None else Money(nanos, currency)),
    )


def cost_figure(currency: str, label: str = "Cost") -> Figure:
    """What providers charged, in nanos of `currency`."""
    return Figure(
        label,
        lambda measures: measures.provider_cost(currency).nanos,
        money_measure(currency),
        lambda nanos: formatting.whole_money(None if nanos is None else Money(nanos, currency)),
    )


CALL_COUNT = Figure("Calls", lambda measures: measures.calls, CALLS, formatting.count)
TOKEN_COUNT = Figure("Tokens", lambda measures: measures.tokens, TOKENS, formatting.tokens)
ERROR_COUNT = Figure("Errors", lambda measures: measures.errors, CALLS, formatting.count)
LATENCY_P50 = Figure(
    "Latency p50", lambda measures: measures.latency_p50_ms, MILLISECONDS, formatting.duration, adds_up=False
)
LATENCY_P95 = Figure(
    "Latency p95", lambda measures: measures.latency_p95_ms, MILLISECONDS, formatting.duration, adds_up=False
)
