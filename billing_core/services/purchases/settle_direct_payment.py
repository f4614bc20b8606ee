"""Book what became of a payment with a saved payment method, once."""

from datetime import datetime

from billing_core.services.purchases.errors import PaymentMismatch
from billing_core.services.purchases.fulfil_purchase import issue_credits
from billing_core.services.purchases.ports import DeclinedPayment, DirectPayment, SettlingUnit


def settle_direct_payment(uow: SettlingUnit, payment: DirectPayment, now: datetime) -> bool:
    """Give the credits that were paid for, or note the decline; whether anything changed.

    What is processing or needs the customer changes nothing. PaymentMismatch when there is no such purchase, or the
    payment is not exactly what it asked for.
    """
    purchase = uow.purchases.purchase(payment.purchase_id, lock=True)
    if purchase is None:
        raise PaymentMismatch(
            f"Payment {payment.payment_intent_id} is for purchase {payment.purchase_id!r}, which does not exist.",
            field="purchase_id",
        )
    if payment.status == "declined":
        return uow.purchases.set_declined(
            DeclinedPayment(
                purchase_id=purchase.id,
                payment_intent_id=payment.payment_intent_id,
                reason=payment.reason or "declined",
                message=payment.message,
            )
        )
    if payment.status != "succeeded":
        return False
    if (payment.amount_minor_units, payment.currency) != (purchase.price.minor_units, purchase.price.currency):
        raise PaymentMismatch(
            f"Purchase {purchase.id} costs {purchase.price}; payment {payment.payment_intent_id} took "
            f"{payment.amount_minor_units} minor units of {payment.currency}. No credits were given.",
            field="amount",
            purchase_id=purchase.id,
            wanted_minor_units=purchase.price.minor_units,
            paid_minor_units=payment.amount_minor_units,
        )
    return issue_credits(uow, purchase, payment.payment_intent_id, now)
