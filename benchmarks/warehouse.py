"""The questions of the screens over 250,000 events, beside DuckDB reading the same rows from one table of its own."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from benchmarks.measure import Figure, medians_ms, show_load
from benchmarks.setting import a_product
from billing_core.adapters.warehouse.expressions import Expression
from billing_core.adapters.warehouse.folder import Folder
from billing_core.adapters.warehouse.manifest import Manifest, read_manifest
from billing_core.adapters.warehouse.questions.breakdown import breakdown
from billing_core.adapters.warehouse.questions.feature_usage import feature_usage
from billing_core.adapters.warehouse.questions.series import series
from billing_core.adapters.warehouse.questions.totals import totals
from billing_core.adapters.warehouse.questions.unpriced import unpriced
from billing_core.adapters.warehouse.questions.weekday_hour import weekday_hour
from billing_core.adapters.warehouse.session import Session
from billing_core.bootstrap.initialize import load_demo_data
from billing_core.domain.periods import Period
from billing_core.services.reporting.usage_filter import Dimension, UsageFilter

TIMES = 15
Question = Callable[[Session, UsageFilter], object]
QUESTIONS: Mapping[str, Question] = {
    "totals": lambda session, chosen: totals(session, chosen, latency=True),
    "by day": lambda session, chosen: _daily(session, chosen, None),
    "by day and model": lambda session, chosen: _daily(session, chosen, "model"),
    "by organization": lambda session, chosen: _ranking(session, chosen, "organization"),
    "by model": lambda session, chosen: _ranking(session, chosen, "model"),
    "by hour of the week": weekday_hour,
    "feature and model": feature_usage,
    "unpriced": unpriced,
}


class _Recorder(Session):
    """Remembers what a question asks, to ask it again without us."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, folder: Folder, manifest: Manifest) -> None:
        super().__init__(cursor, folder, manifest)
        self.statements: list[str] = []

    def rows(self, expression: Expression) -> list[dict[str, Any]]:
        self.statements.append(self._backend.compile(expression))
        return super().rows(expression)


def main() -> None:
    """Milliseconds of each question over the demo data; the figure is their sum, what opening every screen costs."""
    show_load()
    with a_product() as (application, place):
        load_demo_data(application, lambda _count, _part: None)
        application.sync_warehouse()
        now = application.clock.now()
        chosen = UsageFilter(
            organization_ids=None, period=Period(now - timedelta(days=90), now), zone=ZoneInfo("America/New_York")
        )
        folder = Folder(application.settings.warehouse_dir)
        manifest = read_manifest(folder.manifest)
        native = _native_table(place / "native.duckdb", folder, manifest)
        measured: dict[str, tuple[float, float]] = {}
        for name, question in QUESTIONS.items():
            statements = _statements(question, chosen, native, folder, manifest)
            ours, peer = medians_ms(
                lambda question=question: application.reports.ask(lambda session: question(session, chosen)),
                lambda statements=statements: [native.execute(statement).fetchall() for statement in statements],
                times=TIMES,
            )
            measured[name] = (ours, peer)
            print(f"{name:<22}{ours:>8.1f} ms; native table {peer:>7.1f} ms; ratio {ours / peer:.2f}")
        native.close()
    Figure(
        name="warehouse",
        figure=sum(ours for ours, _ in measured.values()),
        unit="ms, all questions",
        kind="peer",
        held_against=sum(peer for _, peer in measured.values()),
        details={
            "events": sum(segment.rows for segment in manifest.segments),
            "segments": len(manifest.segments),
            "questions_ms": {name: [round(ours, 1), round(peer, 1)] for name, (ours, peer) in measured.items()},
        },
    ).report()


def _daily(session: Session, chosen: UsageFilter, split: Dimension | None) -> object:
    return series(session, chosen, "day", split, order="revenue", currency="USD", limit=6, latency=False)


def _ranking(session: Session, chosen: UsageFilter, by: Dimension) -> object:
    return breakdown(session, chosen, by, order="revenue", currency="USD", limit=10, latency=True)


def _native_table(path: Path, folder: Folder, manifest: Manifest) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    files = [str(folder.events / segment.file) for segment in manifest.segments]
    connection.execute("CREATE TABLE usage_event AS SELECT * FROM read_parquet(?)", [files])
    return connection


def _statements(
    question: Question, chosen: UsageFilter, native: duckdb.DuckDBPyConnection, folder: Folder, manifest: Manifest
) -> list[str]:
    """The SQL that a question sends, found by asking it of the native table."""
    recorder = _Recorder(native.cursor(), folder, manifest)
    question(recorder, chosen)
    return recorder.statements


if __name__ == "__main__":
    main()
