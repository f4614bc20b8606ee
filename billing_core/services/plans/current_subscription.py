"""What an organization is subscribed to: the plan that a use of this moment would be charged by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from billing_core.domain.errors import NotFound
from billing_core.domain.plans import Subscription


class Subscriptions(Protocol):
    """Who is and was on which plan version."""

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]:
        """All subscriptions of the organizations, the earliest first."""
        ...


class SubscriptionUnit(Protocol):
    """The part of a unit of work that knows subscriptions."""

    @property
    def subscriptions(self) -> Subscriptions: ...


def current_subscription(uow: SubscriptionUnit, organization_id: str, now: datetime) -> Subscription:
    """The subscription at `now`, and the last one where that has ended; NotFound where there never was one."""
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    if not history:
        raise NotFound(f"Organization {organization_id} has no plan.", field="organization_id")
    return next((item for item in reversed(history) if item.started_at <= now), history[0])
