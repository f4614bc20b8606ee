"""Buy a package with a payment method that the customer saved: our row first, then the charge, then its outcome."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from billing_core.domain.clock import Clock
from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Actor
from billing_core.services.purchases.open_purchase import open_purchase
from billing_core.services.purchases.ports import DirectGateway, DirectPayment, Purchase, PurchaseStatus, PurchaseUnit
from billing_core.services.purchases.settle_direct_payment import settle_direct_payment
from billing_core.services.purchases.start_purchase import new_purchase_id

Write = Callable[[], AbstractContextManager[PurchaseUnit]]


def pay_directly(
    write: Write,
    gateway: DirectGateway,
    *,
    organization_id: str,
    package_code: str,
    payment_method_id: str,
    requested_by: Actor,
    return_url: str,
    clock: Clock,
    purchase_id: str | None = None,
) -> Purchase:
    """The purchase as it stands after the charge: paid, declined with the reason, or still being decided.

    Where the bank wants to see the customer it is pending with a `checkout_url`, on which they pay and come back to
    `return_url`. The same `purchase_id` again charges nothing twice, whatever broke in between.
    NotFound for an unknown organization, package or payment method, Conflict for an id that bought something else,
    ProviderFailure when it is not known whether money moved: the purchase is then pending, and found out about.
    """
    now = clock.now()
    purchase_id = purchase_id or new_purchase_id(now)
    with write() as uow:
        organization = uow.organizations.organization(organization_id)
        customer_id = uow.purchases.provider_id(f"customer:{gateway.account}", organization.id)
        known = uow.purchases.purchase(purchase_id)
    if customer_id is None:
        raise NotFound(
            "The organization has saved no payment method; leave it out to pay on a payment page.",
            field="payment_method_id",
        )
    if known is None:
        gateway.check_payment_method(payment_method_id, customer_id)
    with write() as uow:
        purchase = open_purchase(
            uow, purchase_id, organization_id, package_code, requested_by, now, payment_method_id=payment_method_id
        )
    if purchase.status is not PurchaseStatus.PENDING or purchase.checkout_session_id:
        return purchase
    payment = None if known is None else gateway.find_direct_payment(purchase, customer_id)
    payment = payment or gateway.pay_directly(purchase, customer_id)
    if payment.status == "requires_action":
        return _ask_customer(write, gateway, purchase, customer_id, return_url)
    return _settle(write, payment, purchase, clock)


def _settle(write: Write, payment: DirectPayment, purchase: Purchase, clock: Clock) -> Purchase:
    with write() as uow:
        settle_direct_payment(uow, payment, clock.now())
        settled = uow.purchases.purchase(purchase.id)
    return settled or purchase


def _ask_customer(
    write: Write, gateway: DirectGateway, purchase: Purchase, customer_id: str, return_url: str
) -> Purchase:
    checkout = gateway.create_checkout(purchase, customer_id=customer_id, return_url=return_url)
    with write() as uow:
        uow.purchases.set_checkout(purchase.id, checkout.session_id, checkout.url)
    return replace(purchase, checkout_session_id=checkout.session_id, checkout_url=checkout.url)
