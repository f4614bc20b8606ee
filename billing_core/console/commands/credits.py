"""Buying credits and granting them."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from billing_core.bootstrap import application
from billing_core.console.commands.acting import acting
from billing_core.console.components import flash
from billing_core.console.formatting import price
from billing_core.console.queries.credits import forget_credits
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.credits.give_promotion import give_promotion
from billing_core.services.purchases.ports import Purchase
from billing_core.services.purchases.start_purchase import start_purchase


def buy_package(organization: Organization, package_code: str, purchase_id: str) -> Purchase:
    """The purchase with its payment page; asking twice with the same id begins one purchase."""
    actor = acting(Permission.BUY_CREDITS, organization.id)
    house = application()
    address = urlencode({"org": organization.name, "purchase": purchase_id})
    purchase = start_purchase(
        house.write,
        house.payments,
        organization_id=organization.id,
        package_code=package_code,
        requested_by=actor,
        return_url=f"{house.settings.url}/credits?{address}",
        clock=house.clock,
        purchase_id=purchase_id,
    )
    forget_credits()
    return purchase


def grant_promotion(
    organization: Organization, amount: str, reason: str, last_day: date | None, operation: str
) -> None:
    """Give credits for nothing; `last_day` is the last day they can be used, in the organization's time zone."""
    actor = acting(Permission.GRANT_CREDITS, organization.id)
    house = application()
    given = Money.parse(amount.strip().replace(",", "") or "0", CREDITS, field="credits")
    with house.write() as uow:
        give_promotion(
            uow,
            organization_id=organization.id,
            amount=given,
            reason=reason,
            expires_at=_end_of(last_day, organization),
            operation=operation,
            actor=actor,
            now=house.clock.now(),
        )
    forget_credits()
    flash(f"{price(given)} credits granted to {organization.name}")


def _end_of(day: date | None, organization: Organization) -> datetime | None:
    if day is None:
        return None
    if day >= date.max:
        raise InvalidInput("The last day is too far away; choose an earlier one.", field="last_day")
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=organization.time_zone)
