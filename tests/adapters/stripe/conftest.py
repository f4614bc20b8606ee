"""The fixture of tests that talk to the embedded Stripe over HTTP."""

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.adapters.stripe.market import Market, Server


@pytest.fixture
def market(tmp_path: Path) -> Generator[Market]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        market = Market(tmp_path, f"http://127.0.0.1:{listening.getsockname()[1]}")
        market.server = Server(market.app(), listening)
        yield market
        market.server.stop()
    market.shop.database.close()
