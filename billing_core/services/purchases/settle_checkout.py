"""Bring a purchase to where its checkout stands at the provider."""

from datetime import datetime

from billing_core.services.purchases.fulfil_purchase import fulfil_purchase, purchase_of_checkout
from billing_core.services.purchases.ports import Checkout, SettlingUnit


def settle_checkout(uow: SettlingUnit, checkout: Checkout, now: datetime) -> bool:
    """Fulfil what is paid, close what has expired, wait for everything else; whether anything changed."""
    if checkout.is_paid:
        return fulfil_purchase(uow, checkout, now)
    purchase = purchase_of_checkout(uow, checkout)
    return checkout.status == "expired" and uow.purchases.set_expired(purchase.id)
