"""Credits, the slow and obvious way: grants that are given, burn in order, expire, roll over and are voided."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from tests.safety.naive_prices import half_even

PRIORITY = {"sign_up": 10, "promotion": 10, "adjustment": 10, "plan": 20, "purchase": 30}
NEVER = datetime.max.replace(tzinfo=UTC)


class Refused(Exception):
    """A request that the product has to refuse with this code; `scope` is that of the budget that refuses."""

    def __init__(self, code: str, scope: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.scope = scope


@dataclass
class Grant:
    """Credits given at once; amounts in nanos."""

    id: str
    origin: str
    features: frozenset[str] | None
    granted: int
    cost: int
    begins: datetime
    ends: datetime | None
    created: datetime
    is_rolled_over: bool = False
    allocated: int = 0
    expired: int = 0
    voided: int = 0
    held: int = 0

    @property
    def gone(self) -> int:
        return self.allocated + self.expired + self.voided

    @property
    def left(self) -> int:
        return self.granted - self.gone

    @property
    def free(self) -> int:
        return self.left - self.held

    def cost_of_next(self, nanos: int) -> int:
        """What the next credits cost: so rounded that all together cost what was paid."""
        each = Fraction(self.cost, self.granted)
        return half_even(each * (self.gone + nanos)) - half_even(each * self.gone)

    def burn_order(self) -> tuple[object, ...]:
        return (
            PRIORITY[self.origin],
            self.features is None,
            len(self.features or ()),
            self.ends or NEVER,
            Fraction(self.cost, self.granted),
            self.begins,
            self.created,
            self.id,
        )

    def may_pay(self, feature: str, now: datetime) -> bool:
        """Whether it has begun, has not ended, and is for that feature."""
        has_begun, has_ended = self.begins <= now, self.ends is not None and self.ends <= now
        return has_begun and not has_ended and (self.features is None or feature in self.features)


@dataclass
class Credits:
    """The grants of an organization, and what happened to them since it was last asked."""

    grants: dict[str, Grant] = field(default_factory=dict[str, Grant])

    def burning(self) -> list[Grant]:
        return sorted(self.grants.values(), key=Grant.burn_order)

    def draw(self, feature: str, wanted: int, now: datetime, promised: dict[str, int]) -> dict[str, int]:
        """How much to take of each grant: promised credits first, then free ones, both in burn order."""
        drawn: dict[str, int] = {}
        for grant in self.burning():
            part = min(wanted - sum(drawn.values()), promised.get(grant.id, 0))
            if part > 0:
                drawn[grant.id] = part
        for grant in self.burning():
            if grant.may_pay(feature, now):
                part = min(wanted - sum(drawn.values()), grant.free - drawn.get(grant.id, 0))
                if part > 0:
                    drawn[grant.id] = drawn.get(grant.id, 0) + part
        return drawn

    def ended(self, now: datetime) -> list[Grant]:
        """Those that are over with free credits in them, the earliest first."""
        over = [grant for grant in self.grants.values() if grant.ends is not None and grant.ends <= now and grant.free]
        return sorted(over, key=lambda grant: (grant.ends, grant.id))

    def carried_over(self, at: datetime) -> int:
        """How much was carried over that instant."""
        return sum(grant.granted for grant in self.grants.values() if grant.is_rolled_over and grant.begins == at)

    def given_by_plan(self, now: datetime) -> int:
        """What the plan gave for periods that still run."""
        return sum(
            grant.granted
            for grant in self.grants.values()
            if grant.origin == "plan" and not grant.is_rolled_over and grant.ends is not None and grant.ends > now
        )

    def nameless(self) -> Iterator[Grant]:
        """Grants that the product has made by itself and whose ids are not known yet."""
        return (grant for grant in self.grants.values() if grant.id.startswith("?"))

    def name(self, grant: Grant, grant_id: str) -> None:
        """Give a grant the id that the product gave it."""
        del self.grants[grant.id]
        grant.id = grant_id
        self.grants[grant_id] = grant
