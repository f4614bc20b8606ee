"""Give an organization the credits it paid for: one grant and one ledger entry per purchase, whoever asks how often."""

from datetime import datetime

from billing_core.domain.credits import Origin
from billing_core.domain.identity import Actor
from billing_core.domain.ledger import Account
from billing_core.domain.periods import add_months
from billing_core.services.audit.record_change import record_change
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.ports import Checkout, Purchase, PurchaseStatus, SettlingUnit

STRIPE = Actor("system", "stripe", "Stripe", "")


def fulfil_purchase(uow: SettlingUnit, checkout: Checkout, now: datetime) -> bool:
    """Issue the grant of a paid checkout; False when that was done before.

    Called with the provider's own word only: a verified webhook, or the checkout as retrieved with our key. That a
    purchase was declined or expired in between changes nothing, because the money has moved. PaymentMismatch when the
    payment is not exactly what the purchase asked for.
    """
    purchase = purchase_of_checkout(uow, checkout)
    _check_payment(purchase, checkout)
    return issue_credits(uow, purchase, checkout.payment_intent_id, now)


def issue_credits(uow: SettlingUnit, purchase: Purchase, payment_intent_id: str | None, now: datetime) -> bool:
    """Issue the grant of a locked purchase whose payment was checked; False when that was done before."""
    if purchase.status is PurchaseStatus.PAID:
        return False
    grant = issue_grant(
        uow,
        organization_id=purchase.organization_id,
        name=f"Package · {purchase.title}",
        origin=Origin.PURCHASE,
        amount=purchase.credits,
        cost=purchase.price,
        operation=f"purchase:{purchase.id}",
        now=now,
        expires_at=None if purchase.valid_months is None else add_months(now, purchase.valid_months),
        paid_into=Account.STRIPE_CLEARING,
    )
    uow.purchases.set_paid(purchase.id, payment_intent_id=payment_intent_id, grant_id=grant.id, paid_at=now)
    record_change(
        uow,
        STRIPE,
        "purchase.paid",
        ("credit_purchase", purchase.id),
        now=now,
        organization_id=purchase.organization_id,
        before={"status": purchase.status},
        after={"status": PurchaseStatus.PAID, "payment": payment_intent_id, "grant": grant.id},
    )
    return True


def purchase_of_checkout(uow: SettlingUnit, checkout: Checkout) -> Purchase:
    """The purchase a checkout was opened for, locked; PaymentMismatch when there is none or it has another checkout.

    A purchase without a checkout takes this one: the process ended after the provider had opened it.
    """
    purchase = uow.purchases.purchase(checkout.purchase_id, lock=True)
    if purchase is None:
        raise PaymentMismatch(
            f"Stripe's checkout {checkout.session_id} is for purchase {checkout.purchase_id!r}, which does not exist.",
            field="purchase_id",
            session_id=checkout.session_id,
        )
    if purchase.checkout_session_id is None:
        uow.purchases.set_checkout(purchase.id, checkout.session_id, checkout.url)
    elif purchase.checkout_session_id != checkout.session_id:
        raise PaymentMismatch(
            f"Purchase {purchase.id} was opened as checkout {purchase.checkout_session_id}, not {checkout.session_id}.",
            field="session_id",
            purchase_id=purchase.id,
            session_id=checkout.session_id,
        )
    return purchase


def _check_payment(purchase: Purchase, checkout: Checkout) -> None:
    if not checkout.is_paid:
        raise PaymentMismatch(
            f"The checkout {checkout.session_id} of purchase {purchase.id} is not paid.",
            field="payment_status",
            purchase_id=purchase.id,
            session_id=checkout.session_id,
        )
    if (checkout.amount_minor_units, checkout.currency) != (purchase.price.minor_units, purchase.price.currency):
        raise PaymentMismatch(
            f"Purchase {purchase.id} costs {purchase.price}; its checkout {checkout.session_id} took "
            f"{checkout.amount_minor_units} minor units of {checkout.currency}. No credits were given.",
            field="amount_total",
            purchase_id=purchase.id,
            session_id=checkout.session_id,
            wanted_minor_units=purchase.price.minor_units,
            paid_minor_units=checkout.amount_minor_units,
        )
