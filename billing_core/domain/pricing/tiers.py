"""Prices that look back: what a use costs depends on how many units of the feature the period has seen before it.

Each is a total for all units of the period; a use costs what it adds to that total. Totals are rounded, not what is
added, so that however a period is cut into uses, they cost together exactly what its units cost at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money, check_currency
from billing_core.domain.pricing.use import Exact

TIERS_MAX = 100


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to `up_to` (None: all further ones), their price, and a fee that is due when the tier is reached.

    `starts_at`, where it is said, is only checked against the end of the tier before.
    """

    up_to: int | None
    unit_nanos: int
    flat_nanos: int = 0
    starts_at: int | None = field(default=None, compare=False)


class LooksBack:
    """Marks the prices that do: one class is told apart faster than three, and every event is asked."""

    __slots__ = ()


@final
@dataclass(frozen=True, slots=True)
class Graduated(LooksBack):
    """Every unit at the price of its own tier, for each `per_units` units."""

    currency: str
    tiers: Sequence[Tier]
    per_units: int = 1

    def __post_init__(self) -> None:
        check_currency(self.currency)
        check_tiers(self.tiers)

    def total(self, units: int) -> Exact:
        """What the first `units` units of a period cost, in nanos."""
        numerator = below = 0
        for tier in self.tiers:
            if units <= below:
                break
            here = units if tier.up_to is None else min(units, tier.up_to)
            numerator += (here - below) * tier.unit_nanos + tier.flat_nanos * self.per_units
            below = here if tier.up_to is None else tier.up_to
        return numerator, self.per_units


@final
@dataclass(frozen=True, slots=True)
class Volume(LooksBack):
    """All units of the period at the price of the tier that they reach together, for each `per_units` units.

    Reaching a tier can make the period cheaper. A use then costs nothing, and the rest is given back at the end of the
    period (`true_up`).
    """

    currency: str
    tiers: Sequence[Tier]
    per_units: int = 1

    def __post_init__(self) -> None:
        check_currency(self.currency)
        check_tiers(self.tiers)

    def total(self, units: int) -> Exact:
        """What `units` units in a period cost, in nanos."""
        if not units:
            return 0, 1
        tier = next(tier for tier in self.tiers if tier.up_to is None or units <= tier.up_to)
        return units * tier.unit_nanos + tier.flat_nanos * self.per_units, self.per_units


@final
@dataclass(frozen=True, slots=True)
class Package(LooksBack):
    """An amount for every package of `size` units that the period has begun."""

    amount: Money
    size: int

    @property
    def currency(self) -> str:
        return self.amount.currency

    def total(self, units: int) -> Exact:
        """What the first `units` units of a period cost, in nanos."""
        return -(-units // self.size) * self.amount.nanos, 1


def check_tiers(tiers: Sequence[Tier]) -> None:
    """InvalidInput with the numbers at fault unless the tiers follow each other without end, gap or overlap."""
    if not 1 <= len(tiers) <= TIERS_MAX:
        raise InvalidInput(f"There are {len(tiers)} tiers; give 1 to {TIERS_MAX}.", field="tiers")
    below = 0
    for place, tier in enumerate(tiers):
        _check_start(place, tier, below)
        if min(tier.unit_nanos, tier.flat_nanos) < 0:
            raise InvalidInput(f"Tier {place + 1} has a negative price.", field=f"tiers[{place}]")
        is_last = place == len(tiers) - 1
        if tier.up_to is None and not is_last:
            raise InvalidInput(
                f"Tier {place + 1} has no end, so that tier {place + 2} is never reached; only the last is unlimited.",
                field=f"tiers[{place}].up_to",
            )
        if tier.up_to is not None:
            _check_end(place, tier.up_to, below, is_last=is_last)
            below = tier.up_to


def _check_start(place: int, tier: Tier, below: int) -> None:
    start = tier.starts_at
    if start is None or start == below + 1:
        return
    if start <= below:
        problem = f"units {start} to {below} would be in two tiers"
    else:
        problem = f"units {below + 1} to {start - 1} would have no price"
    before = f"tier {place} ends at {below}" if place else "units are counted from 1"
    raise InvalidInput(
        f"Tier {place + 1} begins at {start} and {before}: {problem}. It must begin at {below + 1}.",
        field=f"tiers[{place}].from",
    )


def _check_end(place: int, up_to: int, below: int, *, is_last: bool) -> None:
    if up_to <= below:
        before = f"tier {place} at {below}" if place else "units are counted from 1"
        raise InvalidInput(
            f"Tier {place + 1} ends at {up_to} and {before}; each tier must end after the one before it.",
            field=f"tiers[{place}].up_to",
        )
    if is_last:
        raise InvalidInput(
            f"The last tier ends at {up_to}: units from {up_to + 1} on would have no price. Make it unlimited.",
            field=f"tiers[{place}].up_to",
        )
