"""The time that demo data fills, and when its customers were opened."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from billing_core.domain.periods import add_months
from billing_core.services.demo.customer import Customer

OPENING_HOUR = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days in UTC from `start`, cut off at `now` on the last of them."""

    start: datetime
    days: int
    now: datetime

    @property
    def today(self) -> datetime:
        return self.start + timedelta(days=self.days - 1)


def stretch_until(now: datetime, days: int) -> Stretch:
    """The stretch whose last day is today."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return Stretch(today - timedelta(days=days - 1), days, now)


def opened_at(customer: Customer, stretch: Stretch) -> datetime:
    """When a customer was opened: so that it is as far into its billing period as it should be."""
    opened_on = stretch.today - timedelta(days=customer.period_day)
    return add_months(opened_on, -customer.months) + OPENING_HOUR
