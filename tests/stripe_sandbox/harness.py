"""A host like the product's: the sandbox mounted under a path, a webhook receiver beside it, and the SDK in front."""

import re
import socket
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Self

import httpx
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from stripe_sandbox import API_KEY, Deliverer, create_app, ensure_webhook_endpoint
from stripe_sandbox.contract.traffic import Recorder

SECRET = "whsec_of_the_host"


@dataclass
class FakeClock:
    """Seconds since 1970 that pass only when told; it starts now, because the SDK checks signatures by real time."""

    seconds: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class Switchboard:
    """One real server for the whole suite; each test mounts its host under a name of its own."""

    def __init__(self) -> None:
        self.hosts: dict[str, Starlette] = {}
        self.browser = httpx.Client(trust_env=False)
        self.sdk_client = stripe.RequestsClient()
        # Named as TCP, or asyncio leaves Nagle's delay on and every answer takes 40 ms longer; and listening from now
        # on, so that nobody has to wait for the server.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        config = uvicorn.Config(self._dispatch, log_level="warning", lifespan="off", ws="none", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()
        self.sdk_client.close()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.hosts[scope["path"].split("/")[1]](scope, receive, send)


@dataclass(frozen=True)
class Received:
    """A webhook as it arrived."""

    body: bytes
    signature: str

    @property
    def event(self) -> stripe.Event:
        return stripe.Webhook.construct_event(self.body, self.signature, SECRET)


class Host:
    """What a test talks to. `webhook_answers` are the statuses of the next webhooks, then 200."""

    def __init__(self, switchboard: Switchboard, name: str, folder: Path) -> None:
        self.clock = FakeClock()
        self.address = f"{switchboard.address}/{name}"
        self.mount = f"{self.address}/sandbox/stripe"
        self.webhook_url = f"{self.address}/webhook"
        self.database_path = folder / "stripe.sqlite"
        self.received: list[Received] = []
        self.webhook_answers: list[int] = []
        self.browser = switchboard.browser
        self._switchboard, self._name = switchboard, name
        self.recorder = self.restart()
        self.client = self.client_with(API_KEY)
        self.v1 = self.client.v1

    def restart(self) -> Recorder:
        """As when the product's process ends and starts again: nothing is left but the file."""
        app = create_app(self.database_path, public_base_url=lambda: self.mount, clock=self.clock)
        self.recorder = Recorder(app)
        self._switchboard.hosts[self._name] = Starlette(
            routes=[
                Mount(f"/{self._name}/sandbox/stripe", app=self.recorder),
                Route(f"/{self._name}/webhook", self._receive, methods=["POST"]),
            ]
        )
        return self.recorder

    def close(self) -> None:
        del self._switchboard.hosts[self._name]

    def client_with(self, key: str, **options: Any) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.mount},
            http_client=self._switchboard.sdk_client,
            max_network_retries=0,
            **options,
        )

    def raw(self, method: str, path: str, form: str = "", **headers: str) -> httpx.Response:
        """A request as no SDK would send it."""
        sent = {
            "Authorization": f"Bearer {API_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.browser.request(method, f"{self.mount}{path}", content=form, headers=sent)

    def deliverer(self, **behaviour: bool) -> Deliverer:
        return Deliverer(self.database_path, clock=self.clock, **behaviour)

    def listen(self) -> None:
        """Register the host's webhook."""
        ensure_webhook_endpoint(self.database_path, url=self.webhook_url, secret=SECRET, clock=self.clock)

    def events(self) -> list[str]:
        """The types of all events, oldest first."""
        return [event.type for event in reversed(self.v1.events.list({"limit": 100}).data)]

    def a_session(self, **changes: Any) -> stripe.checkout.Session:
        """An open session over 500 credits for $39.90."""
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 3990,
                        "product_data": {"name": "500 credits"},
                    },
                    "quantity": 1,
                }
            ],
            "success_url": f"{self.address}/thanks?session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{self.address}/credits",
        }
        return self.v1.checkout.sessions.create({**params, **changes})  # type: ignore[arg-type]

    def press(self, page_url: str, choice: str) -> httpx.Response:
        """Press a button of a page, as its form would send it; redirects are shown, not followed."""
        return self.browser.post(page_url, data={"choice": choice})

    def text(self, page_url: str) -> str:
        """What a person reads on a page."""
        html = self.browser.get(page_url).text
        body = html[html.index("<body>") :]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    async def _receive(self, request: Request) -> Response:
        self.received.append(Received(await request.body(), request.headers["stripe-signature"]))
        return Response(status_code=self.webhook_answers.pop(0) if self.webhook_answers else 200)
