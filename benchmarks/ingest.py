"""Taking in a CSV file: read, checked, priced, charged and posted, beside bare inserts of the rows it leaves."""

import csv
from pathlib import Path

from benchmarks.bare_inserts import bare_insert_seconds
from benchmarks.measure import Figure, seconds_of, show_load
from benchmarks.setting import a_product, an_organization, events
from billing_core.adapters.usage_files.open_usage_file import open_usage_file
from billing_core.bootstrap import Application
from billing_core.services.ingestion.ingest_file import ROWS_PER_BATCH, IngestRequest, ingest_file

ROWS = 50_000
COLUMNS = ("id", "time", "feature", "provider", "model", "input_tokens", "output_tokens", "cache_read_tokens")


def main() -> None:
    """Rows a second of a file whose every row is paid with credits and has its own ledger entry."""
    show_load()
    with a_product() as (application, place):
        organization_id = an_organization(application)
        file = place / "usage.csv"
        _write(file, application, organization_id)
        seconds = seconds_of(lambda: _ingest(application, organization_id, file))
        database = application.settings.data_dir / "billing.sqlite"
        count, bare_seconds = bare_insert_seconds(database, place / "bare.sqlite", ROWS_PER_BATCH)
    print(f"{count:,} rows: {seconds:.1f} s; bare inserts {bare_seconds:.1f} s")
    Figure(
        name="ingest",
        figure=count / seconds,
        unit="rows/s",
        kind="ceiling",
        held_against=count / bare_seconds,
        details={"rows": count, "rows_per_commit": ROWS_PER_BATCH},
    ).report()


def _ingest(application: Application, organization_id: str, file: Path) -> None:
    request = IngestRequest(organization_id=organization_id, file=open_usage_file(file))
    summary = ingest_file(application.write, application.clock, request, lambda _count, _part: None)
    if (summary.accepted, summary.rejected) != (ROWS, 0):
        raise RuntimeError(f"{summary.accepted} rows of {ROWS} were taken in, {summary.rejected} were not")


def _write(file: Path, application: Application, organization_id: str) -> None:
    with file.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for event in events(organization_id, ROWS, application.clock.now()):
            used, time = event.quantities, event.occurred_at.isoformat() if event.occurred_at else ""
            counts = (used.input_tokens, used.output_tokens, used.cache_read_tokens)
            writer.writerow((event.event_id, time, event.feature, event.provider, event.model, *counts))


if __name__ == "__main__":
    main()
