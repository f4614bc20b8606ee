"""verify-setup ticks what is in place, says what is missing and what to do, and leaves nothing behind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from billing_core.bootstrap import application
from billing_core.cli.main import main
from billing_core.domain.ledger import Account
from tests.product import Product, a_product
from tests.tampering import tamper

RUNNER = CliRunner()
NAMES = [
    "Database tables",
    "Chart of accounts",
    "Plans and features",
    "Provider prices",
    "Payments",
    "Test charge",
    "Usage middleware",
    "Endpoints",
]


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    product = a_product(tmp_path)
    product.hand_over(monkeypatch)
    yield product
    application().close()
    application.cache_clear()


def test_everything_in_place_is_ticked_and_nothing_is_left(product: Product) -> None:
    ended = RUNNER.invoke(main, ["verify-setup"])
    assert ended.exit_code == 0, ended.output
    ticked = [line for line in ended.output.splitlines() if line.startswith("✓")]
    assert [next(name for name in NAMES if name in line) for line in ticked] == NAMES
    with application().read() as uow:
        assert uow.organizations.organizations() == []


def test_an_empty_database_is_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    application.cache_clear()
    ended = RUNNER.invoke(main, ["verify-setup", "--json"])
    application().close()
    application.cache_clear()
    document = json.loads(ended.output)
    assert (ended.exit_code, document["ok"]) == (1, False)
    wrong = {check["name"]: check["remedy"] for check in document["checks"] if not check["ok"]}
    assert wrong == {"Database tables": "run: python -m billing_core init"}


def test_a_missing_account_is_named(product: Product) -> None:
    tamper(application().database, "DELETE FROM ledger_account WHERE code = 'liability:tax'")
    ended = RUNNER.invoke(main, ["verify-setup"])
    assert ended.exit_code == 1
    assert f"✗ Chart of accounts  missing: {Account.TAX}" in ended.output


def test_a_server_that_is_not_there_is_told(product: Product) -> None:
    ended = RUNNER.invoke(main, ["verify-setup", "--url", "http://127.0.0.1:9"])
    assert ended.exit_code == 1
    assert "run: make run" in ended.output
