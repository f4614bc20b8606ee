"""What can be read besides balances: plans, provider prices, allowances, and what was used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billing_core.domain.money import Money
    from billing_core.domain.periods import Period
    from billing_core.domain.provider_prices import ProviderPrice
    from billing_core.services.reporting.measures import Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffer:
    """A plan as it is sold now. In `allowances` and `seats_max` None is unlimited; `features` are codes."""

    code: str
    name: str
    description: str
    price_month: Money
    price_year: Money | None
    credits_per_month: Money
    seats_included: int
    seats_max: int | None
    trial_days: int
    allowances: Mapping[str, int | None]
    features: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceLeft:
    """How much of a plan's allowance is used in the period that runs; `quantity` and `remaining` None are unlimited.

    `features` take from it together, in `units` or `tokens` (`measure`). When it is used up it `stops` where one of
    them is refused then; else it goes on at its price.
    """

    code: str
    name: str
    measure: str
    features: Sequence[str]
    quantity: int | None
    used: int
    remaining: int | None
    stops: bool
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageStatistics:
    """What was used in a period, in all and by provider and feature; the key None is of events that name none."""

    organization_id: str
    member: str | None
    period: Period
    totals: Measures
    by_provider: Mapping[str | None, Measures] = field(default_factory=dict[str | None, "Measures"])
    by_feature: Mapping[str | None, Measures] = field(default_factory=dict[str | None, "Measures"])


class Figures(Protocol):
    """Questions about what is sold and what was used."""

    def plans(self) -> Sequence[PlanOffer]:
        """The plans that are sold now, in the order they are shown."""
        ...

    def provider_prices(self, provider: str | None = None, model: str | None = None) -> Sequence[ProviderPrice]:
        """What providers charge now, of one provider or one model of it, or of all; empty where it is not known."""
        ...

    def allowances(self, organization_id: str) -> Sequence[AllowanceLeft]:
        """Every allowance of the plan in force, in its order; NotFound for an unknown organization."""
        ...

    def usage(self, organization_id: str, *, member: str | None = None, periods_back: int = 0) -> UsageStatistics:
        """What an organization, or one member of it, used in the billing period that runs or so many before it."""
        ...

    async def plans_async(self) -> Sequence[PlanOffer]: ...
    async def provider_prices_async(
        self, provider: str | None = None, model: str | None = None
    ) -> Sequence[ProviderPrice]: ...
    async def allowances_async(self, organization_id: str) -> Sequence[AllowanceLeft]: ...
    async def usage_async(
        self, organization_id: str, *, member: str | None = None, periods_back: int = 0
    ) -> UsageStatistics: ...
