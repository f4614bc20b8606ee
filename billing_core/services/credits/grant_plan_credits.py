"""Give every organization the credits its plan includes for the period it is in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from billing_core.domain.credits import Origin
from billing_core.domain.money import Money
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
    """One grant per subscription and period; it expires with the period, and a repeated call changes nothing.

    The credits are part of the plan's price, so they carry no cost of their own.
    """
    for subscription, zone in uow.subscriptions.running():
        terms = subscription.plan_version.terms
        if not terms.credits_per_month:
            continue
        period = subscription.allowance_period(now, zone)
        issue_grant(
            uow,
            organization_id=subscription.organization_id,
            name="Plan credits",
            origin=Origin.PLAN,
            amount=terms.credits_per_month,
            cost=Money.zero(terms.currency),
            operation=f"plan:{subscription.id}:{period.start.isoformat()}",
            now=now,
            expires_at=period.end,
        )
