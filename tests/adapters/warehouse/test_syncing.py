"""The copy holds every event exactly once, whatever interrupts a sync and however many run at a time."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from billing_core.adapters.warehouse import write_segments
from billing_core.adapters.warehouse.manifest import GRACE, Manifest, Segment, read_manifest
from billing_core.adapters.warehouse.sync_warehouse import has_news
from billing_core.adapters.warehouse.write_segments import SEGMENT_ROWS_MAX, split_off_tail
from tests.adapters.warehouse.recording import Recording, everything


class Killed(BaseException):
    """What stands for the end of the process."""


@contextmanager
def dying_at(step: int) -> Generator[list[str]]:
    """The process ends at the `step`-th change of the disk; yields the changes that were tried."""
    tried: list[str] = []

    def guarded(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            tried.append(name)
            if len(tried) == step:
                raise Killed(name)
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", guarded("replace", Path.replace))
        patch.setattr(Path, "unlink", guarded("unlink", Path.unlink))
        patch.setattr(Path, "write_text", guarded("write_text", Path.write_text))
        patch.setattr(os, "fsync", guarded("fsync", os.fsync))
        patch.setattr(pq.ParquetWriter, "write_table", guarded("write_table", pq.ParquetWriter.write_table))
        patch.setattr(pq.ParquetWriter, "close", guarded("close", pq.ParquetWriter.close))
        yield tried


def manifest_of(record: Recording) -> Manifest:
    return read_manifest(record.directory / "manifest.json")


def files_of(record: Recording) -> set[str]:
    return {path.name for place in ("usage_events", "dimensions") for path in (record.directory / place).iterdir()}


def test_every_event_is_copied_once_however_many_syncs_there_are(record: Recording) -> None:
    for count in (1, 3, 0, 7, 1):
        record.add(*[{"feature": "search"}] * count)
        report = record.sync()
        assert report.new_events == count
    assert record.ids() == [f"evt_{index:06d}" for index in range(12)]
    assert record.sync().new_events == 0


def test_a_copied_event_equals_the_recorded_one_in_every_column(record: Recording) -> None:
    record.add(
        {
            "department_id": "dep_research",
            "member_id": "mem_dana",
            "api_key_id": "key_one",
            "run": "run 1",
            "provider": "openai",
            "model": "gpt-4",
            "service_tier": "batch",
            "input_tokens": 2**40,
            "cache_read_tokens": 3,
            "latency_ms": 12,
            "is_error": 1,
            "properties": '{"a":"ü"}',
            "credits_nanos": 2**62,
            "provider_cost_nanos": 1,
            "provider_cost_currency": "USD",
        },
        {},
    )
    record.sync()
    with record.database.read() as connection:
        recorded = [dict(row) for row in connection.exec_driver_sql("SELECT * FROM usage_event").mappings()]
    (segment,) = manifest_of(record).segments
    copied = pq.read_table(record.directory / "usage_events" / segment.file)
    assert set(recorded[0]) - set(copied.column_names) == {"payload_hash"}
    for name in set(recorded[0]) - {"payload_hash"}:
        column = copied[name]
        values = column.cast("int64") if str(column.type) in {"timestamp[us, tz=UTC]", "bool"} else column
        assert values.to_pylist() == [row[name] for row in recorded], name
    assert copied["occurred_micros"].to_pylist() == [row["occurred_at"] for row in recorded]


def test_a_sync_killed_at_any_step_loses_nothing_and_doubles_nothing(record: Recording) -> None:
    record.add(*[{}] * 5)
    record.sync()
    expected = 5
    effects: list[str] = []
    for step in range(1, 100):
        record.add(*[{}] * 2)
        record.execute(f"UPDATE organization SET name = 'Northwind {step}' WHERE id = 'org_northwind'")
        expected += 2
        record.clock.advance(hours=1)
        with dying_at(step) as tried:
            try:
                record.sync()
                died = False
            except Killed:
                died = True
        assert record.calls() in {expected, expected - 2}
        record.sync()
        assert record.ids() == [f"evt_{index:06d}" for index in range(expected)], tried
        assert record.warehouse.names("organization", None)["org_northwind"] == f"Northwind {step}"
        effects = tried
        if not died:
            break
    assert {"replace", "unlink", "write_text", "fsync", "write_table", "close"} <= set(effects)
    record.clock.advance(hours=1)
    record.sync()
    assert files_of(record) == manifest_of(record).files


def test_a_process_that_is_killed_for_real_leaves_a_copy_that_the_next_sync_completes(record: Recording) -> None:
    record.add(*[{}] * 20)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from billing_core.adapters.database.engine import Database\n"
        "from billing_core.adapters.warehouse import sync_warehouse as module\n"
        "from billing_core.domain.clock import SystemClock\n"
        "module.replace_manifest = lambda *_: os.kill(os.getpid(), 9)\n"
        "module.sync_warehouse(Database(sys.argv[1]).read, Path(sys.argv[2]), SystemClock())\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, record.database.url, str(record.directory)], check=False)
    assert killed.returncode == -9
    assert record.calls() == 0
    assert record.sync().new_events == 20
    assert record.calls() == 20


def test_a_wiped_warehouse_is_rebuilt_with_the_same_answers(record: Recording) -> None:
    for index in range(6):
        record.add({"model": f"model {index % 2}", "provider": "openai", "input_tokens": index, "balance_nanos": index})
        record.sync()
    chosen = everything()
    before = (record.warehouse.totals(chosen), record.warehouse.breakdown(chosen, "model"), record.ids())
    shutil.rmtree(record.directory)
    assert record.warehouse.totals(chosen).calls == 0
    record.sync()
    assert (record.warehouse.totals(chosen), record.warehouse.breakdown(chosen, "model"), record.ids()) == before


@pytest.mark.parametrize("damage", ["not json", '{"format": "0-other"}', "[]", '{"format": 1, "segments": [{}]}'])
def test_a_manifest_of_another_form_means_that_the_copy_is_made_anew(record: Recording, damage: str) -> None:
    record.add({}, {})
    record.sync()
    (record.directory / "manifest.json").write_text(damage)
    record.sync()
    assert record.ids() == ["evt_000000", "evt_000001"]
    assert files_of(record) == manifest_of(record).files


def test_a_segment_that_was_removed_by_hand_is_made_again(record: Recording) -> None:
    record.add({}, {})
    record.sync()
    next((record.directory / "usage_events").iterdir()).unlink()
    assert record.sync().is_rebuilt
    assert record.calls() == 2


def test_a_database_put_back_from_a_backup_is_copied_anew_though_it_counts_the_same_numbers(record: Recording) -> None:
    record.add({}, {}, {"input_tokens": 5})
    record.sync()
    record.execute("DELETE FROM usage_event WHERE seq > 1")
    record.add({"id": "evt_new_1", "event_id": "new 1"}, {"id": "evt_new_2", "event_id": "new 2"})
    with record.database.read() as connection:
        assert has_news(connection, record.directory)
    assert record.sync().is_rebuilt
    assert record.ids() == ["evt_000000", "evt_new_1", "evt_new_2"]


def test_there_is_news_when_an_event_or_a_name_is_new_and_none_after_a_sync(record: Recording) -> None:
    def news() -> bool:
        with record.database.read() as connection:
            return has_news(connection, record.directory)

    assert news()
    record.sync()
    assert not news()
    record.add({})
    assert news()
    record.sync()
    assert not news()
    record.execute("UPDATE person SET name = 'Dana Ruiz-Lopez' WHERE id = 'per_dana'")
    assert news()
    record.sync()
    assert not news()
    assert record.warehouse.names("member", None)["mem_dana"] == "Dana Ruiz-Lopez"


def test_a_sync_without_news_writes_nothing(record: Recording) -> None:
    record.add({})
    record.sync()
    before = {path: path.stat().st_mtime_ns for path in record.directory.rglob("*.*")}
    record.clock.advance(hours=2)
    record.sync()
    assert {path: path.stat().st_mtime_ns for path in record.directory.rglob("*.*")} == before


def test_two_syncs_at_once_copy_every_event_once(record: Recording) -> None:
    record.add(*[{}] * 50)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: record.sync(), range(4)))
    assert sum(report.new_events for report in reports) == 50
    assert len(set(record.ids())) == len(record.ids()) == 50


def test_syncs_of_several_processes_take_turns(record: Recording) -> None:
    record.add(*[{}] * 50)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from billing_core.adapters.database.engine import Database\n"
        "from billing_core.adapters.warehouse.sync_warehouse import sync_warehouse\n"
        "from billing_core.domain.clock import SystemClock\n"
        "print(sync_warehouse(Database(sys.argv[1]).read, Path(sys.argv[2]), SystemClock()).new_events)\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, record.database.url, str(record.directory)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    copied = [int(process.communicate()[0]) for process in processes]
    assert sorted(copied) == [0, 50]
    assert record.calls() == 50


def test_replaced_files_stay_for_a_while_and_go_afterwards(record: Recording) -> None:
    record.add({})
    record.sync()
    first = manifest_of(record).files
    record.add({})
    record.sync()
    assert first < files_of(record)
    record.clock.advance(seconds=(GRACE + timedelta(seconds=1)).total_seconds())
    record.sync()
    assert files_of(record) == manifest_of(record).files


def test_few_new_rows_make_no_swarm_of_files(record: Recording) -> None:
    for _ in range(24):
        record.add({})
        record.sync()
    segments = manifest_of(record).segments
    assert sum(segment.rows for segment in segments) == 24
    assert len(segments) <= 3
    assert [segment.first_seq for segment in segments[1:]] == [segment.last_seq + 1 for segment in segments[:-1]]


def test_a_large_segment_is_left_alone_until_what_follows_is_worth_rewriting_it() -> None:
    def segments(*rows: int) -> list[Segment]:
        return [Segment(file=str(count), first_seq=1, last_seq=1, rows=count, currencies=()) for count in rows]

    full, large, small = segments(SEGMENT_ROWS_MAX, 1_000, 30)
    assert split_off_tail([full, large, small], 5) == ([full, large, small], [])
    assert split_off_tail([full, large, small], 8) == ([full, large], [small])
    assert split_off_tail([full, large, small], 220) == ([full], [large, small])
    assert split_off_tail([full, large, small], SEGMENT_ROWS_MAX) == ([full, large, small], [])


def test_a_segment_holds_at_most_its_number_of_rows(record: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_segments, "ROW_GROUP_ROWS", 3)
    record.add(*[{}] * 29)
    record.sync()
    assert [segment.rows for segment in manifest_of(record).segments] == [12, 12, 5]
    assert record.ids() == [f"evt_{index:06d}" for index in range(29)]


def test_the_manifest_names_the_watermark_and_the_range_of_each_segment(record: Recording) -> None:
    record.add({}, {}, {})
    record.sync()
    stored = json.loads((record.directory / "manifest.json").read_text())
    (segment,) = stored["segments"]
    assert (stored["seq"], stored["event_id"]) == (3, "evt_000002")
    assert segment["file"].startswith("000000000001-000000000003.")
    assert segment["currencies"] == ["USD"]
