"""A shop and the embedded Stripe in one process behind one address, as the product serves them."""

import socket
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from billing_core.adapters.database.schema.stripe import stripe_event
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.adapters.stripe.account import StripeAccount, stripe_account
from billing_core.adapters.stripe.gateway import StripeGateway
from billing_core.api.conventions.house import asked_application
from billing_core.api.routers import stripe_webhook
from billing_core.domain.clock import SettableClock
from billing_core.services.purchases.ports import Purchase
from billing_core.services.purchases.start_purchase import start_purchase
from stripe_sandbox.app import create_app, ensure_webhook_endpoint
from stripe_sandbox.contract.traffic import Recorder
from stripe_sandbox.webhooks.deliverer import Deliverer
from tests.services.purchases.shop import DANA, RETURN_URL, Shop


class Market:
    """What a test buys in, and what it looks at afterwards."""

    server: "Server"

    def __init__(self, folder: Path, address: str) -> None:
        self.shop = Shop(folder)
        self.address = address
        self.file = folder / "stripe_sandbox.sqlite"
        self.account: StripeAccount = stripe_account(
            secret_key="",
            webhook_secret="",
            is_live_allowed=False,
            sandbox_url=f"{address}/sandbox/stripe",
            data_dir=folder,
        )
        self.payments = StripeGateway(self.account, self.shop.clock)
        self.deliverer = Deliverer(self.file, clock=self._seconds)
        ensure_webhook_endpoint(
            self.file, url=f"{address}/api/billing/stripe/webhook", secret=self.account.webhook_secret
        )
        self.sandbox = Recorder(create_app(self.file, public_base_url=f"{address}/sandbox/stripe", clock=self._seconds))

    @property
    def clock(self) -> SettableClock:
        return self.shop.clock

    def write(self) -> AbstractContextManager[UnitOfWork]:
        return self.shop.write()

    def app(self) -> ASGIApp:
        api = FastAPI()
        api.include_router(stripe_webhook.router)
        api.dependency_overrides[asked_application] = lambda: self
        return Starlette(routes=[Mount("/sandbox/stripe", self.sandbox), Mount("/api", api)])

    def start(self, purchase_id: str | None = None) -> Purchase:
        return start_purchase(
            self.write,
            self.payments,
            organization_id=self.shop.northwind.id,
            package_code="medium",
            requested_by=DANA,
            return_url=RETURN_URL,
            clock=self.clock,
            purchase_id=purchase_id,
        )

    def press(self, purchase: Purchase, choice: str) -> httpx.Response:
        """Press a button of the payment page, without following where it leads."""
        assert purchase.checkout_url
        with httpx.Client(trust_env=False) as browser:
            return browser.post(purchase.checkout_url, data={"choice": choice})

    def events(self, event_type: str) -> list[str]:
        """The ids of the events of a type that reached us."""
        return [row["id"] for row in self.shop.rows(stripe_event) if row["type"] == event_type]

    def _seconds(self) -> float:
        return self.clock.now().timestamp()


class Server:
    """Serves an app. Calls may be made at once: the socket listens already, and keeps them until they are taken."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after everything under way has finished."""
        self._server.should_exit = True
        self._thread.join()
