"""The plans a new customer may choose from now, with the version each would get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.catalog import Feature, Plan, VersionRecord
from billing_core.domain.plans import PlanVersion


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan on sale and its version in force."""

    plan: Plan
    version: PlanVersion


class Catalog(Protocol):
    """Plans and what they grant."""

    def features(self) -> Sequence[Feature]: ...
    def plans(self) -> Sequence[Plan]: ...
    def versions_in_force(self, at: datetime) -> Mapping[str, VersionRecord]:
        """By plan code, the version a subscription started at that time would get."""
        ...


class OfferUnit(Protocol):
    """The part of a unit of work that knows what is sold."""

    @property
    def catalog(self) -> Catalog: ...


def offered_plans(uow: OfferUnit, now: datetime) -> list[Offer]:
    """Every active plan with a version in force, in the order they are shown."""
    in_force = uow.catalog.versions_in_force(now)
    return [
        Offer(plan, in_force[plan.code].version)
        for plan in uow.catalog.plans()
        if plan.is_active and plan.code in in_force
    ]
