"""Where an allowance will stand when its period ends, if use goes on as it has."""

from dataclasses import dataclass
from datetime import datetime

from billing_core.services.limits.ports import Limit
from billing_core.services.reporting.continued import continued


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
    if quantity is None or limit.allowance.aggregation == "max":
        return None
    used_at_end = continued(limit.used, limit.period, now)
    if used_at_end is None:
        return None
    if used_at_end <= quantity or limit.used >= quantity:
        return Forecast(used_at_end, None)
    return Forecast(used_at_end, limit.period.start + (now - limit.period.start) * quantity // limit.used)
