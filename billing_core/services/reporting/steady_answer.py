"""Several questions answered over one state of the copy, so that their figures agree to the last digit."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from billing_core.services.reporting.answers import Freshness
from billing_core.services.reporting.ports import UsageReports

Answer = TypeVar("Answer")
# The newest event in the copy, and when anything was copied last.
Version = tuple[int, datetime | None]
_TRIES = 5


def version_of(freshness: Freshness) -> Version:
    """What tells one state of the copy from another."""
    return freshness.seq, freshness.synced_at


def steady_answer(reports: UsageReports, version: Version, ask: Callable[[UsageReports], Answer]) -> Answer:
    """Ask again for as long as the copy changed between the first question and the last; it was at `version` before."""
    answer = ask(reports)
    for _ in range(_TRIES):
        if (now := version_of(reports.freshness())) == version:
            break
        version, answer = now, ask(reports)
    return answer
