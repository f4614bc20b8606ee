"""Readers see one whole manifest at a time, whatever a sync does meanwhile."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Connection

from billing_core.adapters.warehouse import session
from billing_core.adapters.warehouse.manifest import GRACE, read_manifest
from billing_core.adapters.warehouse.reconcile import reconcile
from billing_core.adapters.warehouse.sync_warehouse import sync_warehouse
from billing_core.adapters.warehouse.warehouse import Warehouse
from billing_core.services.reporting.answers import Difference
from billing_core.services.reporting.ports import UsageReports
from tests.adapters.warehouse.recording import EVERGREEN, NORTHWIND, NOW, Recording, everything


def test_before_the_first_sync_nothing_was_used(record: Recording) -> None:
    reports: UsageReports = record.warehouse
    chosen = everything()
    assert reports.totals(chosen).calls == 0
    assert reports.totals(chosen).latency_p95_ms is None
    assert reports.series(chosen, "day", "provider") == []
    assert reports.breakdown(chosen, "model", limit=3) == []
    assert reports.weekday_hour(chosen) == []
    assert reports.unpriced(chosen) == []
    assert reports.usage_totals_by_organization_feature_model(chosen) == []
    assert reports.names("organization", None) == {}
    with reports.export_events(chosen) as reader:
        assert reader.read_all().num_rows == 0


def test_readers_never_see_half_a_sync_nor_fail_while_the_tail_is_rewritten(record: Recording) -> None:
    batch, syncs = 3, 12
    is_done = threading.Event()
    seen: list[tuple[int, int]] = []

    def read() -> None:
        while not is_done.is_set():
            totals = record.warehouse.totals(everything())
            rows = record.warehouse.breakdown(everything(), "feature")
            seen.append((totals.calls, sum(row.measures.calls for row in rows)))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for _ in range(syncs):
                record.add(*[{"feature": "search"}] * batch)
                record.clock.advance(seconds=GRACE.total_seconds() * 2)
                record.sync()
        finally:
            is_done.set()
        for reader in readers:
            reader.result()
    assert record.calls() == batch * syncs
    assert all(first % batch == 0 and first <= second and second % batch == 0 for first, second in seen)


def test_a_question_whose_files_were_removed_is_asked_again_of_the_newer_ones(
    record: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.add({})
    record.sync()
    old = read_manifest(record.directory / "manifest.json")
    record.add({})
    record.sync()
    record.clock.advance(seconds=GRACE.total_seconds() * 2)
    record.sync()
    manifests = iter([old])

    def outdated_once(path: Path) -> object:
        return next(manifests, None) or read_manifest(path)

    monkeypatch.setattr(session, "read_manifest", outdated_once)
    assert record.calls() == 2
    assert next(manifests, None) is None


def test_a_file_that_stays_away_is_an_error_and_no_answer(record: Recording) -> None:
    record.add({})
    record.sync()
    next((record.directory / "usage_events").iterdir()).unlink()
    with pytest.raises(duckdb.IOException, match="No files found"):
        record.calls()


def test_an_export_keeps_its_files_however_long_it_takes(record: Recording) -> None:
    record.add({}, {})
    record.sync()
    (begun_with,) = (record.directory / "usage_events").iterdir()
    with record.warehouse.export_events(everything(), ["id"]) as reader:
        record.add({})
        record.sync()
        record.clock.advance(seconds=GRACE.total_seconds() * 2)
        record.sync()
        assert begun_with.is_file()
        assert reader.read_all()["id"].to_pylist() == ["evt_000000", "evt_000001"]
    record.sync()
    files = {path.name for path in (record.directory / "usage_events").iterdir()}
    assert files == {segment.file for segment in read_manifest(record.directory / "manifest.json").segments}


def test_a_folder_whose_name_looks_like_a_pattern_is_read_as_it_is_called(tmp_path: Path, template: Path) -> None:
    folder = tmp_path / "it's [a] *"
    folder.mkdir()
    recording = Recording(folder, template)
    recording.add({}, {})
    recording.sync()
    assert recording.calls() == 2
    recording.close()


def test_freshness_tells_what_waits_and_since_when(record: Recording) -> None:
    assert record.warehouse.freshness().synced_at is None
    record.add({})
    record.sync()
    record.clock.advance(seconds=30)
    fresh = record.warehouse.freshness()
    assert (fresh.seq, fresh.pending, fresh.lag, fresh.synced_at) == (1, 0, timedelta(), NOW)
    assert fresh.as_of == NOW + timedelta(seconds=30)
    record.add({"recorded_at": NOW + timedelta(seconds=28)}, {"recorded_at": NOW + timedelta(seconds=29)})
    behind = record.warehouse.freshness()
    assert (behind.seq, behind.pending, behind.lag) == (1, 2, timedelta(seconds=2))
    assert behind.as_of == NOW + timedelta(seconds=28)


def differences(record: Recording) -> list[Difference]:
    with record.database.read() as connection:
        return reconcile(connection, record.warehouse)


def test_the_copy_is_reconciled_to_the_nano_and_events_that_wait_are_no_difference(record: Recording) -> None:
    record.add({"balance_nanos": 2**60 + 1}, {"organization_id": EVERGREEN, "currency": "EUR", "overage_nanos": 7})
    record.sync()
    record.add({"balance_nanos": 5})
    assert differences(record) == []


def test_a_changed_sum_and_a_lost_event_are_named_with_both_figures(record: Recording) -> None:
    record.add({"balance_nanos": 2**60 + 1}, {"organization_id": EVERGREEN, "currency": "EUR", "overage_nanos": 7})
    record.sync()
    record.execute("UPDATE usage_event SET balance_nanos = balance_nanos + 1 WHERE seq = 1")
    changed = Difference(
        organization_id=NORTHWIND,
        currencies=("USD", "USD", None),
        measure="balance_nanos",
        recorded=2**60 + 2,
        copied=2**60 + 1,
    )
    assert differences(record) == [changed]
    record.execute("DELETE FROM usage_event WHERE seq = 2")
    lost = {(found.organization_id, found.measure): (found.recorded, found.copied) for found in differences(record)}
    assert lost[EVERGREEN, "rows"] == (0, 1)
    assert lost[EVERGREEN, "overage_nanos"] == (0, 7)


def test_a_sync_reads_one_snapshot_though_events_arrive_meanwhile(record: Recording) -> None:
    record.add({})

    @contextmanager
    def read() -> Generator[Connection]:
        with record.database.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM usage_event")
            record.add({})
            record.execute("UPDATE organization SET name = 'Renamed' WHERE id = 'org_northwind'")
            yield connection

    assert sync_warehouse(read, record.directory, record.clock).seq == 1
    assert record.warehouse.names("organization", None)[NORTHWIND] == "Northwind AI"
    assert record.sync().new_events == 1
    assert record.warehouse.names("organization", None)[NORTHWIND] == "Renamed"


def test_two_warehouses_on_one_folder_give_the_same_answers(record: Recording) -> None:
    record.add({"balance_nanos": 5})
    record.sync()
    other = Warehouse(record.directory, record.database.read, record.clock)
    assert other.totals(everything()) == record.warehouse.totals(everything())
    other.close()
