"""The ledger on the command line: sealed, vouched for by a hash kept outside, and summed up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from billing_core.bootstrap.application import application
from billing_core.cli.main import main
from tests.product import a_product
from tests.tampering import tamper


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    product = a_product(tmp_path / "data")
    product.top_up(product.organization("Acme"), "25")
    product.hand_over(monkeypatch)
    yield
    application().close()
    application.cache_clear()


def answer(*words: str, exit_code: int = 0) -> Any:
    result = CliRunner().invoke(main, ["ledger", *words, "--json"], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout.splitlines()[-1])


def test_a_hash_kept_outside_shows_whether_an_entry_was_changed_since() -> None:
    assert answer("head", exit_code=1)["error"]["code"] == "not_found"
    assert answer("seal") == {"sealed_blocks": 1}
    kept = answer("head")["hash"]
    assert answer("verify-anchor", kept)["unchanged"]
    tamper(application().database, "UPDATE ledger_entry SET description = 'gift'")
    error = answer("verify-anchor", kept, exit_code=1)["error"]
    assert (error["code"], error["field"]) == ("conflict", "hash")
    assert answer("verify-anchor", "0" * 64, exit_code=1)["error"]["code"] == "not_found"


def test_a_trial_balance_adds_up_and_is_of_one_organization_or_all() -> None:
    day = ("--first", "2026-11-20", "--last", "2026-11-20")
    rows = answer("trial-balance", *day)["rows"]
    assert [(row["account"], row["opening"], row["debits"], row["credits"], row["closing"]) for row in rows] == [
        ("asset:manual_clearing", "0.00", "25.00", "0.00", "25.00"),
        ("liability:balance", "0.00", "0.00", "25.00", "-25.00"),
    ]
    assert answer("trial-balance", *day, "--organization", "Acme")["rows"] == rows
    assert answer("trial-balance", *day, "--organization", "Nobody", exit_code=1)["error"]["code"] == "not_found"
    lines = CliRunner().invoke(main, ["ledger", "trial-balance", *day]).stdout.splitlines()
    assert lines[1].split() == ["liability:balance", "USD", "0.00", "0.00", "25.00", "-25.00"]
