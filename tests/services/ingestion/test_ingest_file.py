"""Taking in a file: what is right is charged once, what is wrong is kept with its reason, in any format."""

import csv
import json
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from billing_core.adapters.database.schema.ledger import ledger_posting
from billing_core.adapters.database.schema.usage import dead_letter, usage_counter
from billing_core.adapters.usage_files.call_trace import read_call_trace
from billing_core.bootstrap.initialize import DEMO_TRACE
from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.money import NANOS_PER_UNIT
from billing_core.domain.usage import COUNT_MAX
from billing_core.services.ingestion import ingest_file as module
from billing_core.services.ingestion.summary import IngestSummary
from tests.product import Product, a_product
from tests.services.ingestion.inbox import Inbox

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
ROW = "2023-11-16 18:15:46.6805900,374,44\n"
BROKEN = (
    "2023-11-16 18:15:47,-1,44\n"
    "2023-11-16 18:15:48,1.5,44\n"
    "2023-11-16 18:15:49,,44\n"
    '2023-11-16 18:15:50,"374,44\n'
    "2023-11-16 18:15:51,374\n"
    "2999-01-01 00:00:00,374,44\n"
    "soon,374,44\n"
)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path / "data")


@pytest.fixture
def organization(product: Product) -> str:
    return product.organization()


@pytest.fixture
def inbox(product: Product, organization: str, tmp_path: Path) -> Inbox:
    return Inbox(product, organization, tmp_path)


def counts(summary: IngestSummary) -> tuple[int, int, int, int]:
    return summary.accepted, summary.duplicates, summary.rejected, summary.unpriced


def test_the_cost_of_a_trace_equals_an_independent_computation_to_the_nano(inbox: Inbox, product: Product):
    calls = read_call_trace(DEMO_TRACE)[:2_500]
    rows = "".join(f"2023-11-16 18:15:46,{call.input_tokens},{call.output_tokens}\n" for call in calls)
    summary = inbox.take(HEADER + rows)
    with (inbox.folder / "usage.csv").open() as file:
        cost = sum(
            int(row["ContextTokens"]) * Decimal("0.00003") + int(row["GeneratedTokens"]) * Decimal("0.00006")
            for row in csv.DictReader(file)
        )
    assert counts(summary) == (2_500, 0, 0, 0)
    assert summary.provider_cost_nanos["USD"] == cost * NANOS_PER_UNIT
    assert sum(row["provider_cost_nanos"] for row in inbox.stored()) == cost * NANOS_PER_UNIT
    assert [rows for rows, _ in inbox.progress] == [2_000, 2_500]
    assert inbox.progress[-1][1] == 1


def test_what_was_charged_is_told_by_currency_and_equals_the_books(inbox: Inbox, product: Product):
    """The first 1,000 calls are included in the free plan; the others cost 36 and 72 dollars per million tokens."""
    inbox.organization = product.organization("Paying", credits="0.5")
    product.top_up(inbox.organization, "1")
    summary = inbox.take(HEADER + "2023-11-16 18:15:46,1000,100\n" * 1_100)
    assert summary.document() == {
        "accepted": 1_100,
        "duplicates": 0,
        "rejected": 0,
        "unpriced": 0,
        "provider_cost": {"USD": "39.60"},
        "charged": {"USD": "4.27", "CREDITS": "0.50"},
        "rejections": [],
    }
    events = inbox.stored()
    assert sum(row["balance_nanos"] for row in events) == NANOS_PER_UNIT
    assert sum(row["overage_nanos"] for row in events) == 3_270_000_000
    postings = inbox.stored(ledger_posting)
    revenue = sum(row["amount_nanos"] for row in postings if row["account"] == "revenue:usage")
    assert revenue == -4_270_000_000


def test_two_equal_rows_are_two_events_and_a_second_run_changes_nothing(inbox: Inbox):
    assert counts(inbox.take(HEADER + ROW + ROW)) == (2, 0, 0, 0)
    before = inbox.stored()
    again = inbox.take(HEADER + ROW + ROW)
    assert counts(again) == (0, 2, 0, 0)
    assert again.document()["charged"] == {"USD": "0.00", "CREDITS": "0.00"}
    assert inbox.stored() == before
    assert [(row["source"], row["event_id"]) for row in before] == [("usage.csv", "line-2"), ("usage.csv", "line-3")]


def test_broken_rows_are_kept_with_their_reason_and_the_others_go_in(inbox: Inbox):
    summary = inbox.take(HEADER + ROW + BROKEN + ROW)
    assert counts(summary) == (2, 0, 7, 0)
    assert [(item.position, item.field) for item in summary.rejections] == [
        (3, "input_tokens"),
        (4, "input_tokens"),
        (5, "input_tokens"),
        (6, None),
        (7, None),
        (8, "time"),
        (9, "time"),
    ]
    letters = inbox.stored(dead_letter)
    assert [row["position"] for row in letters] == [3, 4, 5, 6, 7, 8, 9]
    assert json.loads(letters[0]["payload"])["ContextTokens"] == "-1"
    assert counts(inbox.take(HEADER + ROW + BROKEN + ROW)) == (0, 2, 7, 0)
    assert inbox.stored(dead_letter) == letters


def test_only_the_first_rejections_are_listed_and_all_are_counted_and_kept(inbox: Inbox):
    summary = inbox.take(HEADER + "soon,1,1\n" * 25)
    assert (summary.rejected, len(summary.rejections), len(inbox.stored(dead_letter))) == (25, 20, 25)


def test_the_same_identity_with_another_payload_is_a_conflict_and_not_dropped(inbox: Inbox):
    inbox.take(HEADER + ROW)
    summary = inbox.take(HEADER + ROW.replace("374", "375"))
    assert counts(summary) == (0, 0, 1, 0)
    assert (summary.rejections[0].code, summary.rejections[0].field) == ("event_conflict", "id")
    assert "--source" in summary.rejections[0].message
    assert [row["input_tokens"] for row in inbox.stored()] == [374]
    assert counts(inbox.take(HEADER + ROW.replace("374", "375"), source="other.csv")) == (1, 0, 0, 0)


def test_rows_with_ids_of_their_own_keep_them_wherever_they_stand(inbox: Inbox):
    head = "id,time,input_tokens\n"
    assert counts(inbox.take(f"{head}a,2023-11-16T18:15:46Z,1\nb,2023-11-16T18:15:46Z,2\n")) == (2, 0, 0, 0)
    moved = f"{head}c,2023-11-16T18:15:46Z,3\nb,2023-11-16T18:15:46Z,2\na,2023-11-16T18:15:46Z,9\n"
    summary = inbox.take(moved)
    assert counts(summary) == (1, 1, 1, 0)
    assert "--source" not in summary.rejections[0].message
    assert [row["event_id"] for row in inbox.stored()] == ["a", "b", "c"]
    assert [row["event_id"] for row in inbox.stored(dead_letter)] == ["a"]


def test_an_interrupted_run_is_finished_by_running_it_again(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "ROWS_PER_BATCH", 2)
    content = HEADER + ROW + "soon,1,1\n" + ROW + ROW + ROW
    transactions = iter(range(3))

    def breaking_down() -> AbstractContextManager[Any]:
        next(transactions)
        return inbox.product.write()

    inbox.write = breaking_down
    with pytest.raises(StopIteration):
        inbox.take(content)
    assert (len(inbox.stored()), len(inbox.stored(dead_letter))) == (3, 1)
    inbox.write = inbox.product.write
    assert counts(inbox.take(content)) == (1, 3, 1, 0)
    assert (len(inbox.stored()), len(inbox.stored(dead_letter))) == (4, 1)


def test_every_format_gives_the_same_events(inbox: Inbox, product: Product):
    names = ("id", "time", "model", "input_tokens", "cache_read_tokens", "output_tokens", "latency_ms", "is_error")
    rows = [
        ("1", "2023-11-16T18:15:46.680590Z", "gpt-4", 374, 128, 44, 900, False),
        ("2", "2023-11-16T18:15:50Z", "gpt-3.5-turbo", 91, 0, 16, None, True),
    ]
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    inbox.take("\n".join([",".join(names), *lines]), source="s")
    inbox.organization = product.organization("Second")
    inbox.take("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows), "usage.jsonl", source="s")
    inbox.organization = product.organization("Third")
    columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    pq.write_table(pa.table(columns), inbox.folder / "usage.parquet")
    inbox.take_file(inbox.folder / "usage.parquet", source="s")
    hashes: dict[str, list[str]] = {}
    for row in inbox.stored():
        hashes.setdefault(row["organization_id"], []).append(row["payload_hash"])
    assert len(hashes) == 3
    assert len({tuple(found) for found in hashes.values()}) == 1


def test_a_rows_own_value_wins_over_an_option(inbox: Inbox):
    head = "time,feature,provider,model,input_tokens\n"
    inbox.take(f"{head}2023-11-16T18:15:46Z,search,mistral,mistral-7b,5\n2023-11-16T18:15:46Z,,,,5\n")
    assert [(row["feature"], row["provider"], row["model"]) for row in inbox.stored()] == [
        ("search", "mistral", "mistral-7b"),
        ("chat", "openai", "gpt-4"),
    ]


def test_a_model_without_a_price_in_a_row_is_taken_in_and_counted_unpriced(inbox: Inbox):
    summary = inbox.take("time,model,input_tokens\n2023-11-16T18:15:46Z,gpt-4000,5\n")
    assert counts(summary) == (1, 0, 0, 1)
    assert summary.document()["provider_cost"] == {"USD": "0.00"}
    assert inbox.stored()[0]["provider_cost_nanos"] is None


def test_names_without_a_price_in_an_option_are_taken_for_typing_mistakes(inbox: Inbox):
    error = inbox.refused(HEADER + ROW, model="gtp-4o")
    assert isinstance(error, InvalidInput)
    assert error.field == "model"
    assert "Did you mean gpt-4o?" in error.message
    error = inbox.refused(HEADER + ROW, provider="opnai")
    assert (error.field, "Did you mean openai?" in error.message) == ("provider", True)
    assert inbox.refused(HEADER + ROW, provider=None).field == "provider"
    assert counts(inbox.take(HEADER + ROW, model="gtp-4o", allow_unpriced=True)) == (1, 0, 0, 1)


def test_an_unknown_organization_or_feature_is_refused_before_anything_is_written(inbox: Inbox):
    error = inbox.refused(HEADER + ROW, feature="chta")
    assert isinstance(error, NotFound)
    assert (error.field, "Did you mean chat?" in error.message) == ("feature", True)
    assert inbox.refused(HEADER + ROW, organization_id="org_0").field == "organization"


def test_a_column_that_the_file_does_not_have_is_refused_before_anything_is_written(inbox: Inbox):
    error = inbox.refused(HEADER + ROW, columns={"input_tokens": "Prompt"})
    assert error.field == "columns.input_tokens"
    assert "TIMESTAMP, ContextTokens, GeneratedTokens" in error.message
    error = inbox.refused('{"time": "2023-11-16T18:15:46Z"}\n', "usage.jsonl", columns={"input_tokens": "in"})
    assert error.field == "columns.input_tokens"


def test_a_row_of_json_without_a_mapped_count_is_rejected_rather_than_free(inbox: Inbox):
    rows = '{"time": "2023-11-16T18:15:46Z", "in": 5}\n{"time": "2023-11-16T18:15:46Z"}\n{"in": 5}\n'
    summary = inbox.take(rows, "usage.jsonl", columns={"input_tokens": "in"})
    assert counts(summary) == (1, 0, 2, 0)
    assert [item.field for item in summary.rejections] == ["input_tokens", "time"]


def test_times_without_a_zone_are_read_in_the_one_that_was_given(inbox: Inbox):
    inbox.take(HEADER + "2023-07-01 12:00:00,1,1\n", zone=ZoneInfo("Asia/Kolkata"))
    assert inbox.stored()[0]["occurred_at"].isoformat() == "2023-07-01T06:30:00+00:00"


def test_columns_that_mean_nothing_here_are_named(inbox: Inbox):
    assert inbox.take("time,prompt,input_token\n2023-11-16T18:15:46Z,x,5\n").unused_columns == ["prompt", "input_token"]


def test_markup_broken_text_and_foreign_members_stay_in_the_dead_letter(inbox: Inbox):
    rows = [
        {"time": "2023-11-16T18:15:46Z", "member": "'; DROP TABLE usage_event; --"},
        {"time": "2023-11-16T18:15:46Z", "model": "half \ud800 a pair \x00"},
        {"time": "2023-11-16T18:15:46Z", "id": "x" * 300, "input_tokens": "<script>"},
        {"time": "2023-11-16T18:15:46Z", "id": "<b>bold</b>"},
    ]
    summary = inbox.take("\n".join(json.dumps(row) for row in rows), "usage.jsonl")
    assert counts(summary) == (1, 0, 3, 0)
    assert [item.field for item in summary.rejections] == ["member", "model", "input_tokens"]
    letters = inbox.stored(dead_letter)
    assert [row["event_id"] for row in letters] == ["line-1", "line-2", "line-3"]
    assert "\\ud800" in letters[1]["payload"]
    assert inbox.stored()[0]["event_id"] == "<b>bold</b>"


def test_a_row_that_costs_more_than_can_be_counted_is_rejected_without_a_trace(inbox: Inbox, product: Product):
    inbox.organization = product.organization(plan="enterprise", name="Large")
    summary = inbox.take(HEADER + f"2023-11-16 18:15:46,{COUNT_MAX},0\n" + ROW)
    assert counts(summary) == (1, 0, 1, 0)
    counted = {row["measure"]: row["used"] for row in inbox.stored(usage_counter)}
    assert counted == {"calls": 1, "provider_cost:USD": 13_860_000}
