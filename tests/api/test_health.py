"""Whether the process runs, and whether it can do its work: asked by whatever watches it, without a key."""

import pytest
from sqlalchemy import text

from billing_core.adapters.database.postgresql import DatabaseUnreachable
from tests.api.conftest import Api
from tests.product import Product

LIVE = "/api/health/live"
READY = "/api/health/ready"


@pytest.fixture
def watcher(api: Api) -> Api:
    return api.as_(None)


def test_the_process_says_that_it_is_alive_and_ready(watcher: Api) -> None:
    assert watcher.get(LIVE).json() == {"status": "ok"}
    assert watcher.get(READY).json() == {"status": "ok"}


def test_it_is_not_ready_on_a_database_of_another_version(watcher: Api, product: Product) -> None:
    with product.database.write() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    answer = watcher.get(READY)
    assert (answer.status_code, watcher.get(LIVE).status_code) == (503, 200)
    assert "python -m billing_core init" in answer.json()["status"]


def test_it_is_not_ready_while_the_database_does_not_answer(
    watcher: Api, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise DatabaseUnreachable("db.internal:5432 cannot be opened.")

    monkeypatch.setattr(product, "is_ready", fail)
    answer = watcher.get(READY)
    assert (answer.status_code, answer.json()) == (503, {"status": "the database does not answer"})
