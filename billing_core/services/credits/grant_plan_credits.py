"""Give every organization the credits its plan includes for the period it is in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from billing_core.domain.credits import Origin
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import Subscription
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.ports import CreditUnit


class SubscriptionStore(Protocol):
    """The subscriptions that run."""

    def running(self) -> Sequence[tuple[Subscription, ZoneInfo]]: ...


class PlanCreditUnit(CreditUnit, Protocol):
    """The parts of a unit of work that give plan credits."""

    @property
    def subscriptions(self) -> SubscriptionStore: ...


def grant_plan_credits(uow: PlanCreditUnit, now: datetime) -> None:
    """Give what is missing of the period's credits; they expire with the period, and a repeated call changes nothing.

    A change to a larger plan adds the difference; one to a smaller plan and back adds nothing. The credits are part of
    the plan's price, so they carry no cost of their own.
    """
    for subscription, zone in uow.subscriptions.running():
        terms = subscription.plan_version.terms
        if not terms.credits_per_month:
            continue
        given = _given_in_period(uow, subscription.organization_id, now)
        if terms.credits_per_month <= given:
            continue
        period = subscription.allowance_period(now, zone)
        issue_grant(
            uow,
            organization_id=subscription.organization_id,
            name="Plan credits",
            origin=Origin.PLAN,
            amount=terms.credits_per_month - given,
            cost=Money.zero(terms.currency),
            operation=f"plan:{subscription.organization_id}:{period.start.isoformat()}:{given.decimal_text}",
            now=now,
            expires_at=period.end,
        )


def _given_in_period(uow: PlanCreditUnit, organization_id: str, now: datetime) -> Money:
    """Plan credits given for the period that is running, used or not: those whose expiry is still to come."""
    grants = (state.grant for state in uow.credits.grants(organization_id))
    given = sum(
        grant.granted_nanos
        for grant in grants
        if grant.origin is Origin.PLAN and grant.expires_at is not None and now < grant.expires_at
    )
    return Money(given, CREDITS)
