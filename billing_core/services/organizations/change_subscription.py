"""Change what an organization is subscribed to, in part: what is not said stays as it is on a plan it stays on."""

from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Actor
from billing_core.domain.plans import Interval, Subscription
from billing_core.services.organizations.ports import OrganizationUnit
from billing_core.services.organizations.subscribe import subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange:
    """What changes of a subscription; None stays as it is, and an empty `discount` takes the discount away."""

    plan_code: str | None = None
    interval: Interval | None = None
    seats: int | None = None
    discount: str | None = None


def change_subscription(
    uow: OrganizationUnit, organization_id: str, change: SubscriptionChange, *, actor: Actor, now: datetime
) -> Subscription:
    """The subscription that begins now, on the version of its plan that is in force; errors as those of `subscribe`.

    On another plan what is not said is as usual: by the month, the seats included, no discount.
    """
    uow.organizations.organization(organization_id)
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    running = next((item for item in history if item.ended_at is None), None)
    plan_code = change.plan_code or (running and running.plan_version.plan_code)
    if plan_code is None:
        raise NotFound("The organization has no plan to change; name one.", field="plan")
    kept = running if running is not None and running.plan_version.plan_code == plan_code else None
    discount = kept.discount if kept is not None and change.discount is None else change.discount
    return subscribe(
        uow,
        organization_id=organization_id,
        plan_code=plan_code,
        interval=change.interval or (kept.interval if kept is not None else "month"),
        seats=change.seats or (kept.seats if kept is not None else None),
        discount=discount or None,
        actor=actor,
        now=now,
    )
