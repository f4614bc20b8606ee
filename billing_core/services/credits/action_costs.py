"""What each action costs an organization under the plan it is on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.catalog import Feature
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money
from billing_core.domain.plans import FeatureTerms, PlanVersion
from billing_core.domain.prices import Flat, PerUnit, Use, price_of
from billing_core.domain.usage import Quantities
from billing_core.services.plans.current_subscription import SubscriptionUnit, current_subscription


@dataclass(frozen=True, slots=True)
class ActionCost:
    """A feature with its terms; `each` is what one of its display units takes in credits, beyond the allowance.

    That is None where it depends on more: tokens, the model, or what was used before.
    """

    feature: Feature
    terms: FeatureTerms
    discount_basis_points: int
    each: Money | None


@dataclass(frozen=True, slots=True)
class ActionCosts:
    """The actions of a plan version, in its order."""

    version: PlanVersion
    actions: Sequence[ActionCost]


class Features(Protocol):
    """What can be used."""

    def features(self) -> Sequence[Feature]:
        """All of them."""
        ...


class CostUnit(SubscriptionUnit, Protocol):
    """The parts of a unit of work that know plans."""

    @property
    def catalog(self) -> Features: ...


def action_costs(uow: CostUnit, organization_id: str, now: datetime) -> ActionCosts:
    """What its actions cost the organization now; NotFound for one without a plan."""
    subscription = current_subscription(uow, organization_id, now)
    version = subscription.plan_version
    known = {feature.code: feature for feature in uow.catalog.features()}
    actions: list[ActionCost] = []
    for code, terms in version.terms.features.items():
        discount = version.terms.discount_basis_points(subscription.discount, code)
        each = _each(known[code], terms, discount, version.terms.credit_value)
        actions.append(ActionCost(known[code], terms, discount, each))
    return ActionCosts(version, actions)


def _each(feature: Feature, terms: FeatureTerms, discount_basis_points: int, credit_value: Money) -> Money | None:
    """As funding reckons it: a price in money takes whole nanos of credits, rounded up."""
    if not isinstance(terms.price, Flat | PerUnit) or terms.minimum is not None or terms.maximum is not None:
        return None
    price = price_of(
        terms.price, Use(Quantities(units=feature.units_per_display_unit), discount_basis_points=discount_basis_points)
    )
    if price.currency == CREDITS:
        return price
    return Money(-(-price.nanos * NANOS_PER_UNIT // credit_value.nanos), CREDITS)
