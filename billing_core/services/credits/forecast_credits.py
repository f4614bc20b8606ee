"""When an organization's credits run out, if they are used as they have been and nothing is added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from billing_core.domain.credits import GrantState

DAYS_MAX = 730


@dataclass(frozen=True, slots=True)
class CreditForecast:
    """The balance (nanos) expected at the end of each day from today on, and what of it expires unused on which day.

    `runs_out_on` is None where the credits last for longer than `DAYS_MAX`.
    """

    balances: Sequence[tuple[date, int]]
    expiries: Sequence[tuple[date, int]]
    runs_out_on: date | None


def forecast_credits(grants: Sequence[GrantState], burn_nanos: int, now: datetime, zone: ZoneInfo) -> CreditForecast:
    """Use `burn_nanos` a day in burn order, until nothing is left; grants expire on their local days."""
    today = now.astimezone(zone).date()
    open_grants = sorted((state for state in grants if state.is_open(now)), key=lambda state: state.grant.burn_key)
    stock = [_Stock(state.free_nanos, _local_day(state.grant.expires_at, zone)) for state in open_grants]
    balances = [(today, sum(item.nanos for item in stock))]
    expiries: list[tuple[date, int]] = []
    for ahead in range(1, DAYS_MAX + 1):
        if not balances[-1][1]:
            break
        day = today + timedelta(days=ahead)
        if lost := _expire(stock, day):
            expiries.append((day, lost))
        _use(stock, burn_nanos)
        balances.append((day, sum(item.nanos for item in stock)))
    day, nanos = balances[-1]
    return CreditForecast(balances, expiries, None if nanos else day)


@dataclass(slots=True)
class _Stock:
    """What is left of a grant, and the day it is gone."""

    nanos: int
    gone_on: date | None


def _local_day(expires_at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if expires_at is None else expires_at.astimezone(zone).date()


def _expire(stock: Sequence[_Stock], day: date) -> int:
    lost = 0
    for item in stock:
        if item.gone_on is not None and item.gone_on <= day:
            lost += item.nanos
            item.nanos = 0
    return lost


def _use(stock: Sequence[_Stock], nanos: int) -> None:
    for item in stock:
        taken = min(item.nanos, nanos)
        item.nanos -= taken
        nanos -= taken
