"""The four numbers at the top of the usage page: how much, how reliable, how fast."""

from billing_core.console.components import Kpi
from billing_core.console.formatting import duration, percent, plural
from billing_core.console.usage.kpis import calls_kpi, tokens_kpi
from billing_core.console.usage.movement import Movement
from billing_core.console.usage.rates import error_rate
from billing_core.services.reporting.measures import Measures

_BASIS_POINTS = 4


def trend_kpis(move: Movement) -> list[Kpi]:
    """Calls, tokens, error rate and latency."""
    return [calls_kpi(move), tokens_kpi(move), _error_rate(move), _latency(move)]


def _error_rate(move: Movement) -> Kpi:
    def basis_points(measures: Measures) -> int | None:
        rate = error_rate(measures)
        return None if rate is None else int(rate.scaleb(_BASIS_POINTS))

    return Kpi(
        "Error rate",
        percent(error_rate(move.current)),
        change=move.difference(error_rate),
        in_points=True,
        history=move.history(basis_points),
        help=f"{plural(move.current.errors, 'call')} failed. Failed calls cost nothing.",
    )


def _latency(move: Movement) -> Kpi:
    return Kpi(
        "Latency p95",
        duration(move.current.latency_p95_ms),
        change=move.change(lambda measures: measures.latency_p95_ms),
        history=move.history(lambda measures: measures.latency_p95_ms),
        help=f"19 of 20 calls are faster. Half are faster than {duration(move.current.latency_p50_ms)} (p50).",
    )
