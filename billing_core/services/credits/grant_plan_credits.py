"""Give every organization the credits its plan includes for the period it is in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from billing_core.domain.credits import Origin
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import Subscription
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.ports import CreditStore, CreditUnit


class SubscriptionStore(Protocol):
    """The subscriptions that run."""

    def running(self) -> Sequence[tuple[Subscription, ZoneInfo]]: ...


class PlanCreditStore(CreditStore, Protocol):
    """Grants, and what plans have given."""

    def plan_credits_given(self, now: datetime) -> Mapping[str, int]:
        """Nanos given by plans for the periods that are running, used or not, by organization."""
        ...


class PlanCreditUnit(CreditUnit, Protocol):
    """The parts of a unit of work that give plan credits."""

    @property
    def credits(self) -> PlanCreditStore: ...
    @property
    def subscriptions(self) -> SubscriptionStore: ...


def grant_plan_credits(uow: PlanCreditUnit, now: datetime) -> None:
    """Give what is missing of the period's credits; they expire with the period, and a repeated call changes nothing.

    A change to a larger plan adds the difference; one to a smaller plan and back adds nothing. The credits are part of
    the plan's price, so they carry no cost of their own.
    """
    given = uow.credits.plan_credits_given(now)
    lacking = [
        (subscription, zone)
        for subscription, zone in uow.subscriptions.running()
        if given.get(subscription.organization_id, 0) < subscription.plan_version.terms.credits_per_month.nanos
    ]
    if not lacking:
        return
    uow.books.lock(subscription.organization_id for subscription, _ in lacking)
    given = uow.credits.plan_credits_given(now)
    for subscription, zone in lacking:
        _give(uow, subscription, zone, Money(given.get(subscription.organization_id, 0), CREDITS), now)


def _give(uow: PlanCreditUnit, subscription: Subscription, zone: ZoneInfo, given: Money, now: datetime) -> None:
    terms = subscription.plan_version.terms
    if terms.credits_per_month <= given:
        return
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
