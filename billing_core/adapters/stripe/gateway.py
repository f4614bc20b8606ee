"""The payment gateway on Stripe's official SDK: customers, hosted Checkout, saved cards and webhooks."""

from typing import TYPE_CHECKING

import stripe

from billing_core.adapters.stripe.account import Backend, StripeAccount
from billing_core.adapters.stripe.customers import ensure_customer, find_customer, update_customer
from billing_core.adapters.stripe.direct_payments import check_payment_method, find_direct_payment, pay_directly
from billing_core.adapters.stripe.events import checkout_of, event_of
from billing_core.adapters.stripe.failures import asking_stripe
from billing_core.adapters.stripe.saved_cards import charge_saved_card, find_payment
from billing_core.adapters.stripe.webhooks import verified_event
from billing_core.domain.clock import Clock
from billing_core.domain.errors import ProviderFailure
from billing_core.domain.organizations import Organization
from billing_core.domain.top_up import TopUp
from billing_core.services.customers.ports import Customer
from billing_core.services.purchases.ports import Checkout, DirectPayment, Purchase, WebhookEvent
from billing_core.services.top_up.ports import Payment

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

TIMEOUT_SECONDS = 20  # a person waits for the answer
RETRIES_MAX = 2


class StripeGateway:
    """Stripe, as the services see it.

    Only `charge_saved_card` and `pay_directly` move money; else that happens on a checkout's page.
    """

    def __init__(self, account: StripeAccount, clock: Clock, *, retries_max: int = RETRIES_MAX) -> None:
        self._account = account
        self._clock = clock
        self._client = _client(account, retries_max)

    @property
    def account(self) -> str:
        """Which of Stripe's worlds its ids belong to: `sandbox`, `test` or `live`."""
        return self._account.backend

    def ensure_customer(self, organization: Organization, known_id: str | None) -> str:
        """Stripe's id of the organization: `known_id`, unless the customer was deleted there."""
        return ensure_customer(self._client, organization, known_id)

    def customer(self, customer_id: str) -> Customer | None:
        """The customer; None when Stripe does not know it, or it was deleted."""
        return find_customer(self._client, customer_id)

    def update_customer(self, customer_id: str, *, name: str | None, email: str | None, operation: str) -> Customer:
        """The customer with what is not None changed, under the operation as idempotency key."""
        return update_customer(self._client, customer_id, name=name, email=email, operation=operation)

    def create_checkout(
        self, purchase: Purchase, *, customer_id: str, return_url: str, saves_card: bool = False
    ) -> Checkout:
        """Open hosted Checkout for a purchase, under its id as idempotency key.

        With `saves_card` the card is kept for automatic top-ups, which the page tells. The customer comes back to
        `return_url` with `session_id` added when they paid, and as it is when they did not.
        """
        metadata = {"purchase_id": purchase.id, "organization_id": purchase.organization_id}
        params: SessionCreateParams = {
            "mode": "payment",
            "customer": customer_id,
            "client_reference_id": purchase.id,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": purchase.price.currency.lower(),
                        "unit_amount": purchase.price.minor_units,
                        "product_data": {"name": purchase.title},
                    },
                }
            ],
            "metadata": metadata,
            "payment_intent_data": {"description": purchase.title, "metadata": metadata},
            "success_url": f"{return_url}{'&' if '?' in return_url else '?'}session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": return_url,
        }
        if saves_card:
            params["payment_intent_data"]["setup_future_usage"] = "off_session"
        with asking_stripe("opening the payment page"):
            session = self._client.v1.checkout.sessions.create(params, {"idempotency_key": purchase.id})
        checkout = checkout_of(session.to_dict())
        if checkout is None:
            raise ProviderFailure(
                f"Stripe opened checkout {session.id} without the purchase it is for. Nothing was charged."
            )
        return checkout

    def retrieve_checkout(self, session_id: str) -> Checkout | None:
        """The checkout as it is now; None when Stripe does not know it, or not as one of ours."""
        with asking_stripe("reading the checkout"):
            try:
                session = self._client.v1.checkout.sessions.retrieve(session_id)
            except stripe.InvalidRequestError as error:
                if error.code == "resource_missing":
                    return None
                raise
        return checkout_of(session.to_dict())

    def charge_saved_card(self, top_up: TopUp, customer_id: str) -> Payment:
        """Charge the customer's newest saved card, once per top-up however often it is asked for."""
        return charge_saved_card(self._client, top_up, customer_id)

    def find_payment(self, top_up: TopUp, customer_id: str) -> Payment | None:
        """The payment that a top-up caused; None when it caused none."""
        return find_payment(self._client, top_up, customer_id)

    def check_payment_method(self, payment_method_id: str, customer_id: str) -> None:
        """NotFound unless the payment method is saved for the customer."""
        check_payment_method(self._client, payment_method_id, customer_id)

    def pay_directly(self, purchase: Purchase, customer_id: str) -> DirectPayment:
        """Charge the purchase's payment method, once per purchase however often it is asked for."""
        return pay_directly(self._client, purchase, customer_id)

    def find_direct_payment(self, purchase: Purchase, customer_id: str) -> DirectPayment | None:
        """The payment with a saved payment method that a purchase caused; None when it caused none."""
        return find_direct_payment(self._client, purchase, customer_id)

    def verify_webhook(self, body: bytes, signature: str) -> WebhookEvent:
        """The event in a delivery, from its bytes as they arrived and the Stripe-Signature header."""
        return event_of(verified_event(self._client, self._account, self._clock, body, signature))


def _client(account: StripeAccount, retries_max: int) -> stripe.StripeClient:
    is_embedded = account.backend is Backend.SANDBOX
    return stripe.StripeClient(
        account.secret_key,
        base_addresses={"api": account.api_url} if account.api_url else {},
        max_network_retries=retries_max,
        http_client=stripe.RequestsClient(
            timeout=TIMEOUT_SECONDS,
            # Empty proxies overrule the environment's: the stand-in is on this machine, where no proxy leads.
            proxy={"http": "", "https": ""} if is_embedded else None,
        ),
    )
