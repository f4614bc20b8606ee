"""A product that embeds billing, in its process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_core.bootstrap.application import application
from billing_core.sdk import connect, disconnect
from billing_core.sdk.backend import Backend
from tests.product import Product, a_product
from tests.sdk.served_api import ServedApi, a_key


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path / "data")


@pytest.fixture
def acme(product: Product, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An organization on the starter plan with 100 credits; an action of CategorizationAgent costs it 2."""
    created = product.organization("Acme", "starter", credits="100")
    product.hand_over(monkeypatch)
    yield created
    disconnect()
    application().close()
    application.cache_clear()


@pytest.fixture(scope="module")
def served() -> Iterator[ServedApi]:
    with ServedApi() as api:
        yield api


@pytest.fixture(params=["in process", "over HTTP"])
def house(request: pytest.FixtureRequest, acme: str, served: ServedApi) -> Backend:
    """Billing of Acme's product, wherever it runs, with all that may be done."""
    if request.param == "in process":
        return connect()
    served.serve(application())
    return connect(served.url, api_key=a_key(application()))
