"""What was used in a stretch of time: all of it, and by what it was used for and with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.services.reporting.answers import BreakdownRow
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import UsageReports
from billing_core.services.reporting.steady_answer import steady_answer, version_of
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

# Models and members may be many: the rest of them is one row.
ROWS_MAX = 50


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """Figures of everything chosen, with latency, and of its parts by dimension, without; as of a moment."""

    totals: Measures
    parts: Mapping[Dimension, Sequence[BreakdownRow]]
    as_of: datetime


def summarize_usage(reports: UsageReports, chosen: UsageFilter, dimensions: Sequence[Dimension]) -> UsageSummary:
    """The figures and their parts, all over one state of the copy; the parts with the most calls first."""
    fresh = reports.freshness()

    def ask(reports: UsageReports) -> UsageSummary:
        return UsageSummary(
            totals=reports.totals(chosen),
            parts={by: reports.breakdown(chosen, by, limit=ROWS_MAX, latency=False) for by in dimensions},
            as_of=fresh.as_of,
        )

    return steady_answer(reports, version_of(fresh), ask)
