"""Where an allowance will stand when its period ends, if use goes on as it has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_core.services.limits.ports import Limit

# Less than a day of use says more about the hour than about the month.
ELAPSED_MIN = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What will have been used when the period ends, and when the allowance is used up if that is before."""

    used_at_end: int
    runs_out_at: datetime | None


def forecast_limit(limit: Limit, now: datetime) -> Forecast | None:
    """Use so far, continued in a straight line to the end of the period.

    None where that would say nothing: for levels such as storage, which do not add up, for what is unlimited, and in
    the first day of a period.
    """
    quantity = limit.allowance.quantity
    elapsed = now - limit.period.start
    if quantity is None or limit.allowance.aggregation == "max" or elapsed < ELAPSED_MIN:
        return None
    whole = limit.period.end - limit.period.start
    used_at_end = limit.used * (whole // _MICROSECOND) // (elapsed // _MICROSECOND)
    if used_at_end <= quantity or limit.used >= quantity:
        return Forecast(used_at_end, None)
    return Forecast(used_at_end, limit.period.start + elapsed * quantity // limit.used)
