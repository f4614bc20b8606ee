"""The embedded Stripe behind a product's address, with its webhooks delivered to the product's API."""

import socket

import httpx
import stripe
from starlette.applications import Starlette
from starlette.routing import Mount

from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.api.create_api import create_api
from billing_core.domain.organizations import Organization
from stripe_sandbox.app import create_app, ensure_webhook_endpoint
from stripe_sandbox.contract.traffic import Recorder, check_exchange
from stripe_sandbox.webhooks.deliverer import Deliverer
from tests.adapters.stripe.market import Server
from tests.product import Product


def without_stripe(product: Product) -> None:
    """Let the product find nobody where its Stripe should be, and find that out at once."""
    product.settings = product.settings.model_copy(update={"public_url": "http://127.0.0.1:9"})
    product._parts["payments"] = StripeGateway(product.stripe_account, product.clock, retries_max=0)


class EmbeddedStripe:
    """Listens on a port of its own; the product finds it there from now on."""

    def __init__(self, product: Product) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        product.settings = product.settings.model_copy(update={"public_url": address})
        self._product = product
        file = product.settings.data_dir / "stripe_sandbox.sqlite"
        self.deliverer = Deliverer(file, clock=self._seconds)
        account = product.stripe_account
        ensure_webhook_endpoint(file, url=product.settings.webhook_url, secret=account.webhook_secret)
        self._sandbox = Recorder(
            create_app(file, public_base_url=product.settings.stripe_sandbox_url, clock=self._seconds)
        )
        routes = [Mount("/sandbox/stripe", self._sandbox), Mount("/api", create_api(product))]
        self._server = Server(Starlette(routes=routes), self._listening)
        self.client = stripe.StripeClient(account.secret_key, base_addresses={"api": account.api_url or ""})

    def press(self, url: str, choice: str) -> None:
        """Press a button of a payment page, and have its webhooks delivered."""
        with httpx.Client(trust_env=False) as browser:
            browser.post(url, data={"choice": choice})
        self.deliverer.run_pending()

    def save_card(self, organization_id: str, card: str) -> str:
        """The id of a test card, saved for the organization."""
        gateway, clock = self._product.payments, self._product.clock
        with self._product.write() as uow:
            organization: Organization = uow.organizations.organization(organization_id)
        customer_id = gateway.ensure_customer(organization, None)
        with self._product.write() as uow:
            uow.purchases.set_provider_id(f"customer:{gateway.account}", organization_id, customer_id, clock.now())
        return self.client.v1.payment_methods.attach(card, {"customer": customer_id}).id

    def stop(self) -> list[str]:
        """End it; what was asked of it, or answered, that Stripe's contract does not allow."""
        self._server.stop()
        self._listening.close()
        return [problem for exchange in self._sandbox.exchanges for problem in check_exchange(exchange)]

    def _seconds(self) -> float:
        return self._product.clock.now().timestamp()
