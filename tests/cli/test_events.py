"""Events on the command line: taking back what never happened."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from billing_core.bootstrap.application import application
from billing_core.cli.main import main
from billing_core.services.charging.ports import Receipt
from tests.builders import an_event
from tests.product import Product, a_product

REASON = ("--organization", "Acme", "--reason", "wrong file")


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    product = a_product(tmp_path / "data")
    monkeypatch.setenv("BILLING_DATA_DIR", str(tmp_path / "data"))
    application.cache_clear()
    yield product
    application().close()
    application.cache_clear()
    product.close()


def run(*words: str) -> tuple[int, Any]:
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def test_an_event_is_cancelled_once(product: Product) -> None:
    owner = product.organization("Acme", credits="100")
    (receipt,) = product.charge(an_event(owner, "generate_content"))
    assert isinstance(receipt, Receipt)
    credits = receipt.credits.decimal_text
    assert run("events", "cancel", receipt.id, *REASON) == (0, {"cancelled": receipt.id, "credits": credits})
    exit_code, answer = run("events", "cancel", receipt.id, *REASON)
    assert (exit_code, answer["error"]["code"]) == (1, "conflict")


def test_a_backfill_is_reverted(product: Product) -> None:
    owner = product.organization("Acme", credits="100")
    product.charge(*(an_event(owner, "generate_content", str(n), backfill="march") for n in range(3)))
    assert run("events", "revert-backfill", "march", *REASON) == (0, {"backfill": "march", "cancelled": 3})
    exit_code, answer = run("events", "revert-backfill", "april", *REASON)
    assert (exit_code, answer["error"]["field"]) == (1, "backfill")
