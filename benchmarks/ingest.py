"""Taking in a CSV file: read, checked, priced, charged and posted, beside bare inserts of the rows it leaves.

A process of its own takes in a file of a million rows, to see how much memory that needs.
"""

import csv
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.bare_inserts import bare_insert_seconds
from benchmarks.measure import Figure, seconds_of, show_load
from benchmarks.setting import a_product, an_organization, application_in, events
from billing_core.adapters.usage_files.open_usage_file import open_usage_file
from billing_core.bootstrap import Application
from billing_core.services.ingestion.ingest_file import ROWS_PER_BATCH, IngestRequest, ingest_file

ROWS = 50_000
ROWS_LARGE = 1_000_000
MEMORY_MB_MAX = 300
KB_PER_MB = 1_024
COLUMNS = ("id", "time", "feature", "provider", "model", "input_tokens", "output_tokens", "cache_read_tokens")


def main() -> None:
    """Rows a second of a file whose every row is paid with credits and has its own ledger entry."""
    if sys.argv[1:]:
        data_dir, organization_id, file, rows = sys.argv[1:]
        print(_memory_mb(Path(data_dir), organization_id, Path(file), int(rows)))
        return
    show_load()
    with a_product() as (application, place):
        organization_id = an_organization(application)
        file = place / "usage.csv"
        _write(file, application, organization_id, ROWS)
        seconds = seconds_of(lambda: _ingest(application, organization_id, file, ROWS))
        database = application.settings.data_dir / "billing.sqlite"
        count, bare_seconds = bare_insert_seconds(database, place / "bare.sqlite", ROWS_PER_BATCH)
    print(f"{count:,} rows: {seconds:.1f} s; bare inserts {bare_seconds:.1f} s")
    memory_mb = {rows: _memory_mb_of_a_process(rows) for rows in (ROWS, ROWS_LARGE)}
    for rows, megabytes in memory_mb.items():
        print(f"{rows:>9,} rows: {megabytes} MB of memory at most; bound {MEMORY_MB_MAX} MB")
    Figure(
        name="ingest",
        figure=count / seconds,
        unit="rows/s",
        kind="ceiling",
        held_against=count / bare_seconds,
        details={
            "rows": count,
            "rows_per_commit": ROWS_PER_BATCH,
            "memory_mb": memory_mb,
            "memory_mb_max": MEMORY_MB_MAX,
        },
    ).report()


def _memory_mb_of_a_process(rows: int) -> int:
    with a_product() as (application, place):
        organization_id, file = an_organization(application), place / "usage.csv"
        _write(file, application, organization_id, rows)
        words = [str(application.settings.data_dir), organization_id, str(file), str(rows)]
        command = [sys.executable, "-m", "benchmarks.ingest", *words]
        return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _memory_mb(data_dir: Path, organization_id: str, file: Path, rows: int) -> int:
    application = application_in(data_dir)
    _ingest(application, organization_id, file, rows)
    application.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KB_PER_MB


def _ingest(application: Application, organization_id: str, file: Path, rows: int) -> None:
    request = IngestRequest(organization_id=organization_id, file=open_usage_file(file))
    summary = ingest_file(application.write, application.clock, request, lambda _count, _part: None)
    if (summary.accepted, summary.rejected) != (rows, 0):
        raise RuntimeError(f"{summary.accepted} rows of {rows} were taken in, {summary.rejected} were not")


def _write(file: Path, application: Application, organization_id: str, rows: int) -> None:
    with file.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for event in events(organization_id, rows, application.clock.now()):
            used, time = event.quantities, event.occurred_at.isoformat() if event.occurred_at else ""
            counts = (used.input_tokens, used.output_tokens, used.cache_read_tokens)
            writer.writerow((event.event_id, time, event.feature, event.provider, event.model, *counts))


if __name__ == "__main__":
    main()
