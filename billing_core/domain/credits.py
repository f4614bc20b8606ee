"""Credit grants: where credits come from, in which order they burn, and what each slice is worth."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from billing_core.domain.money import CREDITS, Money, divide_half_even


class Origin(StrEnum):
    """Why credits were given."""

    SIGN_UP = "sign_up"
    PLAN = "plan"
    PURCHASE = "purchase"
    PROMOTION = "promotion"
    ADJUSTMENT = "adjustment"


PRIORITY = {Origin.SIGN_UP: 10, Origin.PROMOTION: 10, Origin.ADJUSTMENT: 10, Origin.PLAN: 20, Origin.PURCHASE: 30}
_NO_EXPIRY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Credits given at once. `cost` is what was paid for all of them; `features` None means every feature."""

    id: str
    organization_id: str
    name: str
    origin: Origin
    priority: int
    features: frozenset[str] | None
    granted_nanos: int
    cost: Money
    effective_at: datetime
    expires_at: datetime | None
    created_at: datetime

    @property
    def granted(self) -> Money:
        return Money(self.granted_nanos, CREDITS)

    @property
    def burn_key(self) -> tuple[object, ...]:
        """The order grants burn in: priority, narrower scope, earlier expiry, cheaper, earlier, id."""
        return (
            self.priority,
            self.features is None,
            len(self.features or ()),
            self.expires_at or _NO_EXPIRY,
            Fraction(self.cost.nanos, self.granted_nanos),
            self.effective_at,
            self.created_at,
            self.id,
        )

    def cost_of_first(self, nanos: int) -> int:
        """The cost in nanos of the first `nanos` credits; differences of it always add up to the whole cost."""
        return divide_half_even(self.cost.nanos * nanos, self.granted_nanos)


@dataclass(slots=True)
class GrantState:
    """A grant with what has been taken from it so far; the working copy while charges are decided."""

    grant: Grant
    allocated_nanos: int = 0
    expired_nanos: int = 0
    voided_nanos: int = 0
    held_nanos: int = 0

    @property
    def remaining_nanos(self) -> int:
        return self.grant.granted_nanos - self.allocated_nanos - self.expired_nanos - self.voided_nanos

    @property
    def used_nanos(self) -> int:
        """What was taken from it, for whatever reason."""
        return self.allocated_nanos + self.expired_nanos + self.voided_nanos

    @property
    def remaining_cost_nanos(self) -> int:
        """What was paid for what remains: the revenue still deferred; exactly zero when nothing remains."""
        return self.grant.cost.nanos - self.grant.cost_of_first(self.used_nanos)

    @property
    def free_nanos(self) -> int:
        """What no hold has been promised: only this may be spent, expired or voided."""
        return self.remaining_nanos - self.held_nanos

    def is_open(self, now: datetime) -> bool:
        """Whether something of it may be used now: begun, not expired, not empty or all held."""
        grant = self.grant
        return (
            grant.effective_at <= now and (grant.expires_at is None or now < grant.expires_at) and self.free_nanos > 0
        )

    def has_ended(self, now: datetime) -> bool:
        """Whether its time is over; what holds were promised of it is still theirs."""
        return self.grant.expires_at is not None and self.grant.expires_at <= now

    def pays_for(self, feature: str, now: datetime) -> bool:
        """Whether it may pay for a feature now."""
        return self.is_open(now) and (self.grant.features is None or feature in self.grant.features)

    def slice_cost(self, nanos: int) -> int:
        """What the next `nanos` credits of this grant cost when they were bought."""
        if not self.grant.cost.nanos:
            return 0
        used = self.used_nanos
        return self.grant.cost_of_first(used + nanos) - self.grant.cost_of_first(used)

    def returned_cost(self, nanos: int) -> int:
        """What is deferred again when `nanos` used credits come back, so that later slices add up to the whole cost.

        It may differ by a nano from what they cost when they were taken, if others were taken since.
        """
        used = self.used_nanos
        return self.grant.cost_of_first(used) - self.grant.cost_of_first(used - nanos)


class Allocation(NamedTuple):
    """A slice of a grant that paid for an event: credits, and what those credits had cost."""

    grant_id: str
    amount_nanos: int
    cost_nanos: int


@dataclass(frozen=True, slots=True)
class CreditPackage:
    """Credits for sale at a price; they last `valid_months` from purchase, or for ever when None."""

    id: str
    code: str
    name: str
    credits: Money
    price: Money
    valid_months: int | None
