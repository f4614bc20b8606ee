"""The API of a product on a real server of this machine, for a client to talk to."""

import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from billing_core.api.create_api import create_api
from billing_core.bootstrap import Application
from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.create_api_key import create_api_key
from tests.product import SYSTEM


class ServedApi:
    """One server for the tests of a file; `serve` says which product it serves from now on."""

    def __init__(self, port: int = 0) -> None:
        """On any port that is free, or on the one that a server before it had."""
        self._app: ASGIApp = Starlette()
        # Named as TCP, or asyncio leaves Nagle's delay on; listening from now on, so that nobody waits for the server.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen()
        config = uvicorn.Config(self._dispatch, log_level="warning", lifespan="off", ws="none", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, product: Application) -> None:
        self._app = Starlette(routes=[Mount("/api", create_api(product))])

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def a_key(product: Application, organization_id: str | None = None) -> str:
    """The secret of a new key that may do everything; without an organization an operator's."""
    with product.write() as uow:
        return create_api_key(
            uow,
            organization_id=organization_id,
            name="Product",
            scopes=frozenset(ApiScope),
            actor=SYSTEM,
            now=product.clock.now(),
        ).secret
