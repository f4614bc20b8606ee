"""Put an organization on a plan, from now on."""

from datetime import datetime

from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.domain.plans import Interval, PlanTerms, Subscription
from billing_core.services.audit.ports import Facts
from billing_core.services.audit.record_change import record_change
from billing_core.services.organizations.ports import OrganizationUnit


def subscribe(
    uow: OrganizationUnit,
    *,
    organization_id: str,
    plan_code: str,
    interval: Interval = "month",
    seats: int | None = None,
    discount: str | None = None,
    actor: Actor,
    now: datetime,
) -> Subscription:
    """End the running subscription now and start one on the plan's version in force, which it keeps.

    Periods go on being counted from the anchor of the first subscription. `seats` defaults to those included;
    `discount` is the code of one of the plan's. NotFound for an unknown organization, plan or discount, InvalidInput
    for what the plan is not sold by, Conflict when the organization is on exactly this already, or comes to a plan
    that is archived.
    """
    organization = uow.organizations.organization(organization_id)
    uow.books.lock([organization_id])
    version = uow.catalog.version_in_force(plan_code, now)
    running = _running(uow, organization_id)
    _check_sold(uow, plan_code, running)
    terms = version.terms
    if terms.currency != organization.currency:
        raise InvalidInput(
            f"The plan is sold in {terms.currency}; {organization.name} is billed in {organization.currency}.",
            field="plan",
        )
    terms.recurring_price(interval)
    if discount is not None:
        terms.discount(discount)
    subscription = Subscription(
        id=new_id("sub", now),
        organization_id=organization_id,
        plan_version=version,
        interval=interval,
        seats=_seats(terms, seats),
        anchor_at=running.anchor_at if running else now,
        started_at=now,
        ended_at=None,
        discount=discount,
    )
    if running:
        _check_change(running, subscription, organization.name)
        uow.organizations.end_subscription(running.id, now)
    uow.organizations.add_subscription(subscription, now)
    record_change(
        uow,
        actor,
        "subscription.started",
        ("subscription", subscription.id),
        now=now,
        organization_id=organization_id,
        before=_facts(running) if running else None,
        after=_facts(subscription),
    )
    return subscription


def _running(uow: OrganizationUnit, organization_id: str) -> Subscription | None:
    history = uow.subscriptions.history([organization_id]).get(organization_id, ())
    return next((item for item in history if item.ended_at is None), None)


def _check_sold(uow: OrganizationUnit, plan_code: str, running: Subscription | None) -> None:
    plan = uow.catalog.plan(plan_code)
    if not plan.is_active and (running is None or running.plan_version.plan_code != plan_code):
        raise Conflict(f"The plan {plan.name} is archived: it is no longer sold.", field="plan")


def _seats(terms: PlanTerms, wanted: int | None) -> int:
    seats = terms.seats_included if wanted is None else wanted
    most = terms.seats_included if terms.seat_price is None else terms.seats_max
    if seats < terms.seats_included or (most is not None and seats > most):
        limit = f"{terms.seats_included} to {most}" if most is not None else f"{terms.seats_included} or more"
        raise InvalidInput(f"The plan has {limit} seats, not {seats}.", field="seats")
    return seats


def _check_change(running: Subscription, wanted: Subscription, organization_name: str) -> None:
    if wanted.started_at < running.started_at:
        raise InvalidInput(
            f"The running subscription began at {running.started_at.isoformat()}; a new one cannot begin before it.",
            field="now",
        )
    if _facts(running) == _facts(wanted):
        raise Conflict(f"{organization_name} is on this version of the plan already.", field="plan")


def _facts(subscription: Subscription) -> Facts:
    return {
        "plan": subscription.plan_version.plan_code,
        "version": subscription.plan_version.number,
        "interval": subscription.interval,
        "seats": subscription.seats,
        "discount": subscription.discount,
    }
