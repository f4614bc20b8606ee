"""How long after its commit an event is in the warehouse's answers, through the job thread as the server runs it."""

from itertools import islice
from statistics import median
from time import perf_counter, sleep
from zoneinfo import ZoneInfo

from benchmarks.measure import Figure, show_load
from benchmarks.setting import a_product, an_event, an_organization, events
from billing_core.bootstrap import Application
from billing_core.bootstrap.background import background_jobs
from billing_core.domain.clock import from_micros
from billing_core.domain.periods import Period
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.reporting.usage_filter import UsageFilter

BOUND_SECONDS = 5.0
GIVEN_UP_AFTER_SECONDS = 60.0
EVENTS_BEFORE = 50_000
BATCH = 5_000
TIMES = 20
LOOK_EVERY_SECONDS = 0.02
# Moves each event on against the rhythm of the job, so that every phase of it is met.
SHIFT_SECONDS = 0.137


def main() -> None:
    """Median and worst of 20 events, recorded one after the other into a warehouse that is not empty."""
    show_load()
    with a_product() as (application, _):
        organization_id = an_organization(application)
        _fill(application, organization_id)
        jobs = background_jobs(application)
        jobs.start()
        chosen = UsageFilter(
            organization_ids=frozenset({organization_id}),
            period=Period(from_micros(0), from_micros(2**52)),
            zone=ZoneInfo("UTC"),
        )
        waited = [_seconds_until_seen(application, organization_id, chosen, number) for number in range(TIMES)]
        jobs.stop()
    print(f"median {median(waited):.2f} s, worst {max(waited):.2f} s of {TIMES}; bound {BOUND_SECONDS:.0f} s")
    Figure(
        name="freshness",
        figure=max(waited),
        unit="s, worst",
        kind="bound",
        held_against=BOUND_SECONDS,
        details={"median": round(median(waited), 3), "times": TIMES, "events_before": EVENTS_BEFORE},
    ).report()


def _fill(application: Application, organization_id: str) -> None:
    source = events(organization_id, EVENTS_BEFORE, application.clock.now())
    while batch := list(islice(source, BATCH)):
        with application.write() as uow:
            charge_events(uow, [ChargeRequest(event, admit=False) for event in batch], application.clock)
    application.sync_warehouse()


def _seconds_until_seen(application: Application, organization_id: str, chosen: UsageFilter, number: int) -> float:
    calls = application.reports.totals(chosen, latency=False).calls
    sleep(number * SHIFT_SECONDS)
    application.charges.charge(an_event(organization_id, f"watched-{number}"))
    begin = perf_counter()
    while application.reports.totals(chosen, latency=False).calls == calls:
        if perf_counter() - begin > GIVEN_UP_AFTER_SECONDS:
            raise RuntimeError(f"event {number} was not seen within {GIVEN_UP_AFTER_SECONDS:.0f} seconds")
        sleep(LOOK_EVERY_SECONDS)
    return perf_counter() - begin


if __name__ == "__main__":
    main()
