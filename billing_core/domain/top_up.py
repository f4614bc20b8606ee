"""Automatic top-ups: when the balance is filled up from a saved card, how often, and when to stop trying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money

TRIES_MAX = 5
PAUSE_AFTER_DECLINE = timedelta(hours=1)  # after the first one; each further decline doubles it


class TopUpState(StrEnum):
    """What became of a top-up. One that is pending may have been charged already, which is found out later."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUpSettings:
    """When to top up: below `threshold`, by `amount`, at most `daily_cap` a day, with `cool_off` after each.

    A threshold in credits watches all that can pay (open credits, and the balance at what a credit pays for); one in
    money watches the prepaid balance alone.
    """

    organization_id: str
    threshold: Money
    amount: Money
    daily_cap: Money
    cool_off: timedelta
    is_enabled: bool
    changed_at: datetime

    def __post_init__(self) -> None:
        currency = self.amount.currency
        if currency == CREDITS:
            raise InvalidInput("A top-up is an amount of money.", field="amount")
        if self.amount.nanos <= 0 or self.amount != self.amount.rounded():
            raise InvalidInput(f"The amount {self.amount} has to be more than zero, in whole cents.", field="amount")
        if self.threshold.currency not in (currency, CREDITS) or self.threshold.nanos <= 0:
            raise InvalidInput(
                f"The threshold {self.threshold} has to be more than zero, in {currency} or in credits.",
                field="threshold",
            )
        if self.daily_cap.currency != currency or self.daily_cap < self.amount:
            raise InvalidInput(
                f"The daily cap {self.daily_cap} has to hold one top-up of {self.amount} at least.", field="daily_cap"
            )
        if self.cool_off < timedelta(0):
            raise InvalidInput("The cool-off cannot be negative.", field="cool_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """One top-up; its id is the key of everything it causes. `reason` is the provider's code of a decline."""

    id: str
    organization_id: str
    state: TopUpState
    amount: Money
    created_at: datetime
    attempted_at: datetime | None = None
    customer_id: str | None = None
    payment_intent_id: str | None = None
    reason: str | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Funds:
    """What can pay now: the free balance and open credits, and what the plan says a credit pays for; all in nanos."""

    balance_nanos: int
    credits_nanos: int
    credit_value_nanos: int


def needs_top_up(settings: TopUpSettings, funds: Funds) -> bool:
    """Whether less is left than the threshold; credits and balance are compared exactly, without rounding."""
    if not settings.is_enabled:
        return False
    if settings.threshold.currency != CREDITS:
        return funds.balance_nanos < settings.threshold.nanos
    missing = settings.threshold.nanos - funds.credits_nanos
    return funds.balance_nanos * NANOS_PER_UNIT < missing * funds.credit_value_nanos


def declines_in_a_row(settings: TopUpSettings, latest: Sequence[TopUp]) -> int:
    """Declines since the last success, or since the settings were saved; `latest` has the newest first."""
    count = 0
    for item in latest:
        if item.state is not TopUpState.DECLINED or item.created_at < settings.changed_at:
            break
        count += 1
    return count


def next_try_at(settings: TopUpSettings, latest: Sequence[TopUp]) -> datetime | None:
    """When another top-up may begin, given at least `TRIES_MAX` of the latest, the newest first.

    None: not before the settings are saved again, for it was declined too often; or not while one is pending.
    """
    if not latest:
        return settings.changed_at
    last = latest[0]
    if last.resolved_at is None:
        return None
    if last.state is TopUpState.SUCCEEDED:
        return last.resolved_at + settings.cool_off
    declines = declines_in_a_row(settings, latest)
    if declines >= TRIES_MAX:
        return None
    return last.resolved_at + PAUSE_AFTER_DECLINE * 2 ** (declines - 1) if declines else settings.changed_at


def may_begin(settings: TopUpSettings, latest: Sequence[TopUp], today: Money, now: datetime) -> bool:
    """Whether a top-up may begin now; `today` is what succeeded or is pending since the organization's day began."""
    earliest = next_try_at(settings, latest)
    return earliest is not None and earliest <= now and today + settings.amount <= settings.daily_cap
