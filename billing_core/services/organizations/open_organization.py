"""Open an organization for business: create it, open its wallets, give the sign-up bonus."""

from datetime import datetime, timedelta

from billing_core.domain.credits import Origin
from billing_core.domain.identity import Actor
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.organizations.create_organization import FIRST_PLAN, create_organization
from billing_core.services.organizations.ports import OpeningUnit


def open_organization(
    uow: OpeningUnit,
    *,
    name: str,
    plan_code: str = FIRST_PLAN,
    currency: str = "USD",
    time_zone: str = "UTC",
    is_demo: bool = False,
    sign_up_credits: Money,
    sign_up_valid_days: int | None = None,
    actor: Actor,
    now: datetime,
) -> Organization:
    """As `create_organization`, and ready to be charged; the sign-up bonus may be zero."""
    organization = create_organization(
        uow,
        name=name,
        plan_code=plan_code,
        currency=currency,
        time_zone=time_zone,
        is_demo=is_demo,
        actor=actor,
        now=now,
    )
    uow.credits.open_wallets(organization.id, organization.currency)
    if sign_up_credits != Money.zero(CREDITS):
        issue_grant(
            uow,
            organization_id=organization.id,
            name="Sign-up bonus",
            origin=Origin.SIGN_UP,
            amount=sign_up_credits,
            cost=Money.zero(currency),
            operation=f"sign_up:{organization.id}",
            now=now,
            expires_at=now + timedelta(days=sign_up_valid_days) if sign_up_valid_days else None,
        )
    return organization
