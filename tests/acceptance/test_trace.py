"""The production trace taken in for one customer: every figure of it is the same wherever it is asked for."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from billing_core.adapters.usage_files.call_trace import read_call_trace
from billing_core.bootstrap import application
from billing_core.bootstrap.initialize import DEMO_TRACE
from billing_core.cli.main import main
from billing_core.console import session
from billing_core.console.date_range import resolve_range
from billing_core.console.overview.view import overview_of
from billing_core.console.provider_costs.export import cost_figures
from billing_core.console.provider_costs.view import costs_of
from billing_core.console.queries.usage import freshness
from billing_core.console.usage.question import question_of
from billing_core.domain.identity import StaffRole, Viewer
from billing_core.domain.periods import days
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.identity.view_session import viewer_of
from billing_core.services.reporting.usage_filter import UsageFilter
from billing_core.settings import ROOT
from tests.product import a_product

CALLS = 19_366
INPUT_PRICE, OUTPUT_PRICE = Decimal("0.00003"), Decimal("0.00006")
UTC = ZoneInfo("UTC")
FIRST_CALL, DAY = datetime(2023, 11, 16, 18, 15, 46, 680590, UTC), date(2023, 11, 16)
EMAIL, PASSWORD = "ada@tollbooth.test", "correct horse battery"


@dataclass(frozen=True)
class Ingested:
    """What taking in the file twice said, the books after each time, and the cost of each call by the file alone."""

    organization_id: str
    first: dict[str, Any]
    second: dict[str, Any]
    tables_after_first: dict[str, tuple[int, str]]
    tables_after_second: dict[str, tuple[int, str]]
    costs: list[Decimal]

    @property
    def cost(self) -> Decimal:
        return sum(self.costs, Decimal(0))


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingested]:
    """The file, rebuilt as it was published, taken in twice through the command line."""
    folder = tmp_path_factory.mktemp("trace")
    with pytest.MonkeyPatch.context() as patch:
        a_product(folder / "data").hand_over(patch)
        trace = folder / "azure_llm_inference_conversation_2023.csv"
        _write_trace(trace)
        organization_id = _answer("organization", "create", "Acme")["id"]
        _answer("staff", "create", EMAIL, "--name", "Ada", "--role", StaffRole.ADMIN, "--password", PASSWORD)
        words = ["ingest", str(trace), "--organization", "Acme", "--feature", "chat"]
        words += ["--provider", "openai", "--model", "gpt-4"]
        first, tables_after_first = _answer(*words), _tables()
        second, tables_after_second = _answer(*words), _tables()
        costs = _costs(trace)
        yield Ingested(organization_id, first, second, tables_after_first, tables_after_second, costs)
        application().close()
        application.cache_clear()


def test_the_summary_says_what_the_file_costs_to_the_nano(ingested: Ingested) -> None:
    assert len(ingested.costs) == CALLS
    assert [ingested.first[name] for name in ("accepted", "duplicates", "rejected", "unpriced")] == [CALLS, 0, 0, 0]
    assert {code: Decimal(text) for code, text in ingested.first["provider_cost"].items()} == {"USD": ingested.cost}


def test_the_database_has_the_cost_of_every_single_call(ingested: Ingested) -> None:
    with application().database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT provider_cost_nanos FROM usage_event WHERE provider_cost_currency = 'USD' ORDER BY occurred_at, seq"
        ).scalars()
        assert [Decimal(nanos).scaleb(-9) for nanos in rows] == ingested.costs
        total = connection.exec_driver_sql("SELECT sum(provider_cost_nanos) FROM usage_event").scalar_one()
    assert Decimal(total).scaleb(-9) == ingested.cost


def test_the_warehouse_says_the_same(ingested: Ingested) -> None:
    asked = UsageFilter(organization_ids=frozenset({ingested.organization_id}), period=days(DAY, DAY, UTC), zone=UTC)
    totals = application().reports.totals(asked)
    assert (totals.calls, totals.unpriced_calls) == (CALLS, 0)
    assert Decimal(totals.provider_cost("USD").decimal_text) == ingested.cost


def test_overview_and_provider_costs_are_drawn_from_the_same_amount(ingested: Ingested) -> None:
    viewer, day = _viewer(), resolve_range("Custom", datetime.now(UTC).date(), UTC, custom=[DAY])
    overview = overview_of(viewer, ingested.organization_id, day)
    costs = costs_of(question_of(viewer, ingested.organization_id, day), freshness())
    exported = cost_figures(costs)
    for measures in (overview.movement.current, costs.total.current):
        assert Decimal(measures.provider_cost("USD").decimal_text) == ingested.cost
    assert list(exported["model"]) == ["gpt-4"]
    assert sum(exported["provider_cost_USD"]) == ingested.cost


@pytest.mark.parametrize("script", ["shell.py", "provider_costs.py"])  # the frame shows the overview first
def test_the_screen_shows_it_rounded(ingested: Ingested, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token = _token()
    monkeypatch.setattr(session, "token_source", lambda: token)
    screen = AppTest.from_file(ROOT / "pages" / script, default_timeout=120)
    screen.query_params["range"], screen.query_params["range_days"] = "Custom", DAY.isoformat()
    screen.run()
    assert not screen.exception
    shown = {metric.label: metric.value for metric in screen.metric}
    assert shown["Provider cost"] == f"${ingested.cost:,.0f}"


def test_a_second_run_reports_duplicates_and_changes_nothing(ingested: Ingested) -> None:
    assert [ingested.second[name] for name in ("accepted", "duplicates", "rejected")] == [0, CALLS, 0]
    assert ingested.tables_after_first["usage_event"][0] == CALLS
    assert ingested.tables_after_second == ingested.tables_after_first


def test_afterwards_the_books_are_in_order(ingested: Ingested) -> None:
    assert _answer("verify") == {"ok": True, "findings": []}


def _write_trace(file: Path) -> None:
    """The file as Azure published it: seven decimals of a second, no zone, its own names of columns."""
    at = FIRST_CALL
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["TIMESTAMP", "ContextTokens", "GeneratedTokens"])
        for call in read_call_trace(DEMO_TRACE):
            at += timedelta(microseconds=call.gap_micros)
            writer.writerow([f"{at:%Y-%m-%d %H:%M:%S.%f}0", call.input_tokens, call.output_tokens])


def _costs(file: Path) -> list[Decimal]:
    """The cost of every call, from nothing but the file and the two prices of the model."""
    with file.open(newline="") as lines:
        return [
            int(row["ContextTokens"]) * INPUT_PRICE + int(row["GeneratedTokens"]) * OUTPUT_PRICE
            for row in csv.DictReader(lines)
        ]


def _answer(*words: str) -> Any:
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def _tables() -> dict[str, tuple[int, str]]:
    """The number of rows of every table, and a digest of what they say."""
    with application().database.read() as connection:
        names = inspect(connection).get_table_names()
        return {name: _digest(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in names}


def _digest(rows: Any) -> tuple[int, str]:
    return len(rows), hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


def _token() -> str:
    house = application()
    return sign_in(
        house,
        house.passwords,
        email=EMAIL,
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="test",
        now=house.clock.now(),
    )


def _viewer() -> Viewer:
    viewer = viewer_of(application(), _token(), application().clock.now())
    assert viewer is not None
    return viewer
