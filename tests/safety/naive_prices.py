"""What things cost and which periods they fall into, computed the slow and obvious way."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.safety.catalogue import COSTS, Price

NANO = 1_000_000_000
Span = tuple[datetime, datetime]
FOR_EVER: Span = (datetime(1900, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Used:
    """What an event used: units, tokens in and out, and the model, None for none."""

    units: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    model: str | None = None

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


def half_even(amount: Fraction) -> int:
    """The nearest whole number, of two equally near the even one."""
    return round(amount)


def up(amount: Fraction) -> int:
    """The next whole number."""
    return -(-amount.numerator // amount.denominator)


def provider_cost(used: Used, at: datetime) -> int | None:
    """Nanos of the model's price at that time; None without a model or for one that has no price."""
    if used.model != "swift":
        return None
    known = [(per_in, per_out) for day, per_in, per_out in COSTS if datetime.fromisoformat(day + "T00:00:00Z") <= at]
    if not known:
        return None
    per_in, per_out = known[-1]
    return half_even(used.tokens_in * per_in + used.tokens_out * per_out)


def total_of(price: Price, units: int, paid_part: Fraction) -> int:
    """What so many units of a period cost together, the discount taken off."""
    if price.kind == "package":
        return half_even(up(Fraction(units, price.size)) * price.amount * paid_part)
    if price.kind == "volume":
        for up_to, each, fee in price.tiers:
            if units and (up_to is None or units <= up_to):
                return half_even((units * each + fee) * paid_part)
        return 0
    total = Fraction(0)
    for number in range(1, units + 1):
        place = next(i for i, tier in enumerate(price.tiers) if tier[0] is None or number <= tier[0])
        begins = 1 if place == 0 else (price.tiers[place - 1][0] or 0) + 1
        total += Fraction(price.tiers[place][1], price.size) + (price.tiers[place][2] if number == begins else 0)
    return half_even(total * paid_part)


def price_of(
    price: Price, used: Used, share: Fraction, before: int, spent: int, cost: int | None, paid_part: Fraction
) -> int:
    """The price of a share of a use; `before` units were priced in the period, for `spent`."""
    units = used.units * share
    match price.kind:
        case "flat":
            return half_even(price.amount * share * paid_part)
        case "per_unit":
            return half_even(price.amount * units / price.size * paid_part)
        case "per_token":
            per_in, per_out = price.rates.get(used.model or "*", price.rates["*"])
            return half_even((used.tokens_in * per_in + used.tokens_out * per_out) * share * paid_part)
        case "cost_plus":
            if cost is None:
                return half_even(price.tiers[0][1] * units * paid_part)
            return half_even((cost * Fraction(100 + price.size, 100) + price.amount) * share * paid_part)
        case "volume":
            return max(total_of(price, before + int(units), paid_part) - spent, 0)
        case _:
            return total_of(price, before + int(units), paid_part) - total_of(price, before, paid_part)


def months_after(anchor: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The anchor's wall time so many months later, on the last day where a month is too short."""
    local = anchor.astimezone(zone)
    month0 = local.month - 1 + months
    year, month = local.year + month0 // 12, month0 % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)


def billing_period(anchor: datetime, at: datetime, zone: ZoneInfo) -> Span:
    """The month, counted from the anchor, that an instant lies in."""
    number = (at - anchor).days // 31 - 2
    while months_after(anchor, number + 1, zone) <= at:
        number += 1
    return months_after(anchor, number, zone), months_after(anchor, number + 1, zone)


def budget_period(every: str, at: datetime, zone: ZoneInfo, billing: Span) -> Span:
    """The period of a budget that an instant lies in, by the calendar of the zone."""
    if every in ("billing", "total"):
        return billing if every == "billing" else FOR_EVER
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    first = midnight
    if every == "week":
        first = midnight - timedelta(days=midnight.weekday())
    if every == "month":
        first = midnight.replace(day=1)
    after = first + timedelta(days={"day": 1, "week": 7, "month": monthrange(first.year, first.month)[1]}[every])
    return first.astimezone(UTC), after.astimezone(UTC)
