"""Prices on the command line: overriding one, and repricing what was charged before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from billing_core.bootstrap.application import application
from billing_core.cli.main import main
from tests.product import a_product

ROWS = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
"""


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    a_product(tmp_path / "data").hand_over(monkeypatch)
    run("organization", "create", "Acme")
    (tmp_path / "trace.csv").write_text(ROWS)
    ingest = ("ingest", str(tmp_path / "trace.csv"), "--organization", "Acme", "--feature", "chat")
    assert run(*ingest, "--provider", "openai", "--model", "in-house", "--allow-unpriced").exit_code == 0
    yield
    application().close()
    application.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def answer(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def override(dollars: str = "2.50", effective_from: str = "2023-01-01", *words: str) -> tuple[str, ...]:
    return (
        *("prices", "override", "openai", "in-house", "--from", effective_from, *words),
        *("--input", dollars, "--output", "10", "--reason", "our own servers"),
    )


def test_calls_without_a_price_are_repriced_after_an_override(tmp_path: Path) -> None:
    assert answer("prices", "reprice", "--dry-run")["still_unpriced"] == 2
    assert answer(*override())["input"] == "2.50"
    expected = {
        "provider": "openai",
        "model": "in-house",
        "currency": "USD",
        "events": 2,
        "unpriced_before": 2,
        "before": "0.00",
        "after": "0.003455",
        "difference": "0.003455",
    }
    dry = answer("prices", "reprice", "--dry-run")
    assert (dry["dry_run"], dry["models"]) == (True, [expected])
    assert answer("prices", "reprice", "--organization", "Acme")["models"] == [expected]
    assert answer("prices", "reprice")["models"] == []
    assert run("verify").exit_code == 0


def test_people_read_what_changed_in_a_line_per_model(tmp_path: Path) -> None:
    run(*override())
    assert "openai in-house: 2 events, 0.00 -> 0.003455 USD (0.003455)" in run("prices", "reprice").stdout
    assert "Every cost is what the prices say." in run("prices", "reprice").stdout


def test_an_override_that_overlaps_another_is_refused_with_its_dates(tmp_path: Path) -> None:
    run(*override("2.50", "2023-01-01", "--until", "2024-01-01"))
    result = run(*override("3", "2023-06-01"), "--json")
    error = json.loads(result.stdout.splitlines()[-1])["error"]
    assert (result.exit_code, error["code"]) == (1, "overlapping_prices")
    assert "from 2023-01-01T00:00:00+00:00 until 2024-01-01T00:00:00+00:00" in error["message"]


def test_an_override_can_be_ended(tmp_path: Path) -> None:
    run(*override())
    ended = answer("prices", "end-override", "openai", "in-house", "--until", "2024-01-01", "--reason", "gone")
    assert ended["until"] == "2024-01-01T00:00:00+00:00"


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    result = run(*override("3", "2023-06-01T10:00"))
    assert result.exit_code == 1
    assert "from: '2023-06-01T10:00' is neither a day" in result.output


def test_importing_the_same_prices_again_says_what_can_be_repriced(tmp_path: Path) -> None:
    run(*override())
    result = run("prices", "import")
    assert "2 calls of 1 models have no provider cost" in result.output
    assert "python -m billing_core prices reprice --dry-run" in result.output
