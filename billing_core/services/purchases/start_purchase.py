"""Begin to buy a package: our row first, then the provider's payment page, then the page's address in our row."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from billing_core.domain.clock import Clock
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.services.purchases.open_purchase import open_purchase
from billing_core.services.purchases.ports import PaymentGateway, Purchase, PurchaseStatus, PurchaseUnit


def new_purchase_id(now: datetime) -> str:
    """The key of a purchase to come: a form draws it once, so that pressing its button twice begins one purchase."""
    return new_id("pur", now)


def start_purchase(
    write: Callable[[], AbstractContextManager[PurchaseUnit]],
    gateway: PaymentGateway,
    *,
    organization_id: str,
    package_code: str,
    requested_by: Actor,
    return_url: str,
    clock: Clock,
    purchase_id: str | None = None,
) -> Purchase:
    """A purchase with its `checkout_url`, where the customer pays; `return_url` is where they come back to.

    The row is committed before the provider is asked, and names every request to it: whatever breaks in between, the
    same `purchase_id` continues with the same payment page, and a page that was paid always finds its purchase.
    The card is saved where automatic top-ups are switched on.
    NotFound for an unknown organization or package, Conflict for an id that bought something else, ProviderFailure
    when there is no payment page; the purchase is then pending and can be continued.
    """
    now = clock.now()
    purchase_id = purchase_id or new_purchase_id(now)
    kind = f"customer:{gateway.account}"
    with write() as uow:
        purchase = open_purchase(uow, purchase_id, organization_id, package_code, requested_by, now)
        organization = uow.organizations.organization(organization_id)
        known_id = uow.purchases.provider_id(kind, organization_id)
        top_up = uow.top_ups.settings([organization_id]).get(organization_id)
    if purchase.checkout_session_id or purchase.status is not PurchaseStatus.PENDING:
        return purchase
    customer_id = gateway.ensure_customer(organization, known_id)
    checkout = gateway.create_checkout(
        purchase, customer_id=customer_id, return_url=return_url, saves_card=top_up is not None and top_up.is_enabled
    )
    with write() as uow:
        if customer_id != known_id:
            uow.purchases.set_provider_id(kind, organization_id, customer_id, now)
        uow.purchases.set_checkout(purchase.id, checkout.session_id, checkout.url)
    return replace(purchase, checkout_session_id=checkout.session_id, checkout_url=checkout.url)
