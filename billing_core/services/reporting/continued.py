"""Where a figure will stand when its period ends, if it goes on as it has."""

from datetime import datetime, timedelta

from billing_core.domain.periods import Period

# Less than a day says more about the hour than about the month.
ELAPSED_MIN = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


def continued(so_far: int, period: Period, now: datetime) -> int | None:
    """`so_far` in a straight line to the end of the period; None in its first day, when that would say nothing."""
    elapsed = now - period.start
    if elapsed < ELAPSED_MIN:
        return None
    whole = period.end - period.start
    return so_far * (whole // _MICROSECOND) // (elapsed // _MICROSECOND)
