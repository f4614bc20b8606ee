"""What can be wrong with the payment provider's word."""

from billing_core.domain.errors import Conflict, InvalidInput


class WebhookRefused(InvalidInput):
    """A delivery that is not proven to be the provider's, or that this product cannot read; `reason` says which."""

    code = "webhook_refused"


class PaymentMismatch(Conflict):
    """The provider speaks of a payment that does not fit what was sold; a person has to look at it."""

    code = "payment_mismatch"
