"""What an organization used, by action, member, department, day or month: the figures of screens and reports."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from billing_core.services.reporting.answers import BreakdownRow
from billing_core.services.reporting.combined import combined
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.ports import UsageReports
from billing_core.services.reporting.steady_answer import steady_answer, version_of
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

Group = Literal["action", "member", "department", "day", "month"]
GROUPS: tuple[Group, ...] = get_args(Group)
# Members may be many: the rest of them is one row.
ROWS_MAX = 200
_DIMENSIONS: dict[Group, Dimension] = {"action": "feature", "member": "member", "department": "department"}
_DIGITS: dict[Group, int] = {"day": len("2026-11-20"), "month": len("2026-11")}


@dataclass(frozen=True, slots=True)
class UseSummary:
    """Figures of everything chosen and of its groups: those with the most credits first, days and months in order."""

    totals: Measures
    groups: Sequence[BreakdownRow]
    as_of: datetime


def summarize_use(reports: UsageReports, chosen: UsageFilter, by: Group) -> UseSummary:
    """The figures, all over one state of the copy; days and months without use are left out."""
    fresh = reports.freshness()

    def ask(reports: UsageReports) -> UseSummary:
        return UseSummary(reports.totals(chosen, latency=False), _groups(reports, chosen, by), fresh.as_of)

    return steady_answer(reports, version_of(fresh), ask)


def _groups(reports: UsageReports, chosen: UsageFilter, by: Group) -> Sequence[BreakdownRow]:
    if by in _DIMENSIONS:
        return reports.breakdown(chosen, _DIMENSIONS[by], order="credits", limit=ROWS_MAX, latency=False)
    days: defaultdict[str, list[Measures]] = defaultdict(list)
    for point in reports.series(chosen, "day"):
        days[point.start.date().isoformat()[: _DIGITS[by]]].append(point.measures)
    return [BreakdownRow(key=name, label=name, measures=combined(parts)) for name, parts in sorted(days.items())]
