"""The billing period that runs, and those before it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from billing_core.domain.errors import InvalidInput
from billing_core.domain.periods import Period
from billing_core.domain.plans import Subscription

PERIODS_BACK_MAX = 120
_MOMENT = timedelta(microseconds=1)


def past_period(subscription: Subscription, now: datetime, zone: ZoneInfo, periods_back: int) -> Period:
    """The period that runs, or so many before it, up to 120; InvalidInput for others."""
    if not 0 <= periods_back <= PERIODS_BACK_MAX:
        raise InvalidInput(
            f"periods_back is {periods_back}; it must be from 0 to {PERIODS_BACK_MAX}.", field="periods_back"
        )
    period = subscription.allowance_period(now, zone)
    for _ in range(periods_back):
        period = subscription.allowance_period(period.start - _MOMENT, zone)
    return period
