"""One shop per test."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.services.purchases.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.database.close()
