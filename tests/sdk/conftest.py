"""A product that embeds billing, in its process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_core.bootstrap.application import application
from billing_core.sdk import disconnect
from tests.product import Product, a_product


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
