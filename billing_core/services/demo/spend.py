"""What customers of the demo data do beside calling: buy packages, top up, and get credits as a present."""

from datetime import datetime, timedelta

from billing_core.domain.credits import Origin
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money
from billing_core.domain.periods import add_months
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.credits.top_up_balance import top_up_balance
from billing_core.services.demo.deal_events import Tenant
from billing_core.services.demo.ports import DemoUnit
from billing_core.services.demo.stretch import Stretch

GIVEN_AT = timedelta(hours=10)
USD = "USD"


def spend(uow: DemoUnit, tenant: Tenant, now: datetime) -> None:
    """Buy a package or top up when what is left has fallen below what the customer keeps."""
    customer, organization_id = tenant.customer, tenant.organization_id
    if customer.package is None and not customer.top_up:
        return
    balance = read_balance(uow, organization_id, now)
    if customer.package is not None and balance.credits < Money(customer.credits_min * NANOS_PER_UNIT, CREDITS):
        package = uow.catalog.package_on_sale(customer.package, now)
        issue_grant(
            uow,
            organization_id=organization_id,
            name=f"Package · {package.credits.nanos // NANOS_PER_UNIT:,} credits",
            origin=Origin.PURCHASE,
            amount=package.credits,
            cost=package.price,
            operation=f"demo:package:{organization_id}:{now.isoformat()}",
            now=now,
            expires_at=None if package.valid_months is None else add_months(now, package.valid_months),
        )
    if customer.top_up and balance.money.available < Money(customer.balance_min * NANOS_PER_UNIT, USD):
        top_up_balance(
            uow,
            organization_id=organization_id,
            amount=Money(customer.top_up * NANOS_PER_UNIT, USD),
            operation=f"demo:top_up:{organization_id}:{now.isoformat()}",
            now=now,
        )


def give(uow: DemoUnit, tenant: Tenant, stretch: Stretch, since: datetime, now: datetime) -> None:
    """Hand over the presents that fell due after `since`."""
    for number, gift in enumerate(tenant.customer.gifts, start=1):
        given_at = stretch.today - timedelta(days=gift.days_ago) + GIVEN_AT
        if since < given_at <= now:
            issue_grant(
                uow,
                organization_id=tenant.organization_id,
                name=gift.name,
                origin=Origin.PROMOTION,
                amount=Money(gift.credits * NANOS_PER_UNIT, CREDITS),
                cost=Money.zero(USD),
                operation=f"demo:gift:{tenant.organization_id}:{number}",
                now=given_at,
                expires_at=given_at + timedelta(days=gift.valid_days),
                features=gift.features,
            )
