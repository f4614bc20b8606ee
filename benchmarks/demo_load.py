"""Loading the demo data: a dozen customers' last 90 days through the one charging path, in one transaction."""

from benchmarks.bare_inserts import bare_insert_seconds
from benchmarks.measure import Figure, seconds_of, show_load
from benchmarks.setting import a_product
from billing_core.bootstrap.initialize import load_demo_data

ROWS_PER_COMMIT = 5_000


def main() -> None:
    """Seconds and events a second, beside bare inserts of the same rows."""
    show_load()
    with a_product() as (application, place):
        seconds = seconds_of(lambda: load_demo_data(application, lambda _count, _part: None))
        database = application.settings.data_dir / "billing.sqlite"
        count, bare_seconds = bare_insert_seconds(database, place / "bare.sqlite", ROWS_PER_COMMIT)
    print(f"{count:,} events: {seconds:.1f} s; bare inserts {bare_seconds:.1f} s")
    Figure(
        name="demo_load",
        figure=count / seconds,
        unit="events/s",
        kind="ceiling",
        held_against=count / bare_seconds,
        details={"seconds": round(seconds, 2), "bare_seconds": round(bare_seconds, 2), "events": count},
    ).report()


if __name__ == "__main__":
    main()
