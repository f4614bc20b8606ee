"""What became of an organization's credits: every movement, and the balance it left on each day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing_core.domain.credits import GrantState, Origin
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import days
from billing_core.domain.write_offs import Ending, WriteOff
from billing_core.services.credits.ports import HistoryUnit, UsedCredits

HISTORY_DAYS = 365
BURN_DAYS = 28


class MovementKind(StrEnum):
    """Why a balance changed."""

    GRANTED = "granted"
    PURCHASED = "purchased"
    USED = "used"
    EXPIRED = "expired"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of an organization's credits on a local day; what was used is one movement a day."""

    day: date
    kind: MovementKind
    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CreditHistory:
    """Movements, the newest first; the balance at the end of each day, today's as it is now; and the daily use.

    `burn_nanos` is the mean of a day over the last complete days, at most `BURN_DAYS`.
    """

    movements: Sequence[Movement]
    balances: Sequence[tuple[date, int]]
    burn_nanos: int


def read_history(uow: HistoryUnit, organization_id: str, now: datetime) -> CreditHistory:
    """The last `HISTORY_DAYS`, in days of the organization's time zone; NotFound for an unknown organization."""
    organization = uow.organizations.organization(organization_id)
    zone = organization.time_zone
    today = now.astimezone(zone).date()
    first = max(today - timedelta(days=HISTORY_DAYS), organization.created_at.astimezone(zone).date())
    grants = uow.credits.grants(organization_id)
    used = used_by_day(uow.credit_history.used_credits(organization_id, days(first, today, zone).start), zone)
    movements = sorted(
        (
            *_granted(grants, zone, now),
            *_used(used),
            *_expired(grants, zone, now),
            *_voided(grants, uow.credits.write_offs(organization_id), zone),
        ),
        key=lambda item: item.day,
        reverse=True,
    )
    shown = [item for item in movements if item.day >= first]
    left = sum(_left(state, now) for state in grants if state.grant.effective_at <= now)
    return CreditHistory(shown, daily_balances(shown, left, first, today), daily_burn(used, first, today))


def used_by_day(used: Sequence[UsedCredits], zone: ZoneInfo) -> dict[date, int]:
    """Nanos used by local day; days without use are left out."""
    days: defaultdict[date, int] = defaultdict(int)
    for item in used:
        days[item.at.astimezone(zone).date()] += item.nanos
    return dict(days)


def daily_balances(movements: Sequence[Movement], last_nanos: int, first: date, today: date) -> list[tuple[date, int]]:
    """The balance at the end of each day, reckoned back from today's; the first day of the list is `first`."""
    change: defaultdict[date, int] = defaultdict(int)
    for item in movements:
        change[item.day] += item.amount.nanos
    balances: list[tuple[date, int]] = []
    day, nanos = today, last_nanos
    while day >= first:
        balances.append((day, nanos))
        nanos -= change[day]
        day -= timedelta(days=1)
    return balances[::-1]


def daily_burn(used: dict[date, int], first: date, today: date) -> int:
    """Nanos used a day over the complete days among the last `BURN_DAYS`; zero on the first day."""
    days = min(BURN_DAYS, (today - first).days)
    return sum(used.get(today - timedelta(days=back), 0) for back in range(1, days + 1)) // days if days else 0


def _granted(grants: Sequence[GrantState], zone: ZoneInfo, now: datetime) -> Iterator[Movement]:
    for state in grants:
        grant = state.grant
        if grant.effective_at <= now:
            kind = MovementKind.PURCHASED if grant.origin is Origin.PURCHASE else MovementKind.GRANTED
            yield Movement(grant.effective_at.astimezone(zone).date(), kind, grant.name, grant.granted)


def _used(used: dict[date, int]) -> Iterator[Movement]:
    for day, nanos in used.items():
        yield Movement(day, MovementKind.USED, "Usage", Money(-nanos, CREDITS))


def _expired(grants: Sequence[GrantState], zone: ZoneInfo, now: datetime) -> Iterator[Movement]:
    """What was left of grants when they ended, whether or not it has been written off yet."""
    for state in grants:
        ended = state.grant.expires_at
        lost = state.remaining_nanos + state.expired_nanos - _left(state, now)
        if ended is not None and lost:
            yield Movement(ended.astimezone(zone).date(), MovementKind.EXPIRED, state.grant.name, Money(-lost, CREDITS))


def _voided(grants: Sequence[GrantState], write_offs: Sequence[WriteOff], zone: ZoneInfo) -> Iterator[Movement]:
    names = {state.grant.id: state.grant.name for state in grants}
    for item in write_offs:
        if item.kind is Ending.VOIDED:
            day = item.recorded_at.astimezone(zone).date()
            yield Movement(day, MovementKind.VOIDED, names[item.grant_id], Money(-item.amount.nanos, CREDITS))


def _left(state: GrantState, now: datetime) -> int:
    """What is still the customer's: of a grant that has ended, only what holds were promised."""
    return state.held_nanos if state.has_ended(now) else state.remaining_nanos
