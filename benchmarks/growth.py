"""What an event costs as the books grow: from ten thousand events on, and from one organization to ten thousand.

Both the time that passed and the processor's are told; the figure is the processor's, which other work on the machine
disturbs least. At the end the self-audit of the largest books is timed.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import count
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks.measure import Figure, seconds_of, show_load
from benchmarks.setting import a_product, an_event, some_organizations
from billing_core.bootstrap import Application
from billing_core.bootstrap.self_audit import audit_record
from billing_core.services.charging.ports import ChargeRequest

EVENTS_MIN = 10_000
EVENTS_MAX = 300_000
ORGANIZATIONS_MAX = 10_000
BATCH = 2_000
BATCHES_MEASURED = 5  # the last of each size; the figure is their median
MICROSECONDS = 1_000_000

_ids = count()


class Cost(NamedTuple):
    """Microseconds an event: of the processor, and on the clock."""

    processor: float
    clock: float

    def __str__(self) -> str:
        return f"{self.processor:6.1f} us of the processor, {self.clock:6.1f} us on the clock"


def main() -> None:
    """Microseconds an event at each size; the figure is what they grew to, beside what they began with."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS_MAX, help="how many to end with (%(default)s)")
    parser.add_argument("--organizations", type=int, default=ORGANIZATIONS_MAX, help="the most (%(default)s)")
    chosen = parser.parse_args()
    show_load()
    with a_product() as (application, _):
        by_events = _by_events(application, chosen.events)
        verify_seconds = seconds_of(lambda: _verify(application))
        print(f"the self-audit of {max(by_events):,} events: {verify_seconds:.0f} s", flush=True)
    with a_product() as (application, _):
        by_organizations = _by_organizations(application, chosen.organizations)
    first, last = by_events[min(by_events)], by_events[max(by_events)]
    Figure(
        name="growth",
        figure=last.processor,
        unit=f"us/event with {max(by_events):,} events",
        kind="bound",
        held_against=first.processor,
        details={
            "us_by_events": _table(by_events),
            "us_by_organizations": _table(by_organizations),
            "verify_seconds": round(verify_seconds),
        },
    ).report()


def _by_events(application: Application, most: int) -> dict[int, Cost]:
    """The cost at each power of ten and three times it, of one organization's events."""
    organization_ids = some_organizations(application, 1)
    measured: dict[int, Cost] = {}
    recorded = 0
    for size in _sizes(EVENTS_MIN, most):
        costs: list[Cost] = []
        while recorded < size:
            costs.append(_cost(application, organization_ids))
            recorded += BATCH
        measured[size] = _median(costs[-BATCHES_MEASURED:])
        print(f"{size:>12,} events: {measured[size]}", flush=True)
    return measured


def _by_organizations(application: Application, most: int) -> dict[int, Cost]:
    """The cost while the events of a batch are spread over so many organizations, in turn."""
    organization_ids: list[str] = []
    measured: dict[int, Cost] = {}
    for size in [10**power for power in range(len(str(most)))]:
        organization_ids += some_organizations(application, size - len(organization_ids))
        rounds = BATCHES_MEASURED + -(-size // BATCH)  # so that everyone was met before, as after a while of running
        measured[size] = _median([_cost(application, organization_ids) for _ in range(rounds)][-BATCHES_MEASURED:])
        print(f"{size:>12,} organizations: {measured[size]}", flush=True)
    return measured


def _sizes(least: int, most: int) -> list[int]:
    sizes = [least * factor * 10**power for power in range(len(str(most))) for factor in (1, 3)]
    return [size for size in sizes if size <= most]


def _cost(application: Application, organization_ids: Sequence[str]) -> Cost:
    """What an event of one batch costs."""
    numbers = [next(_ids) for _ in range(BATCH)]
    requests = [
        ChargeRequest(an_event(organization_ids[number % len(organization_ids)], f"grown-{number}"), admit=False)
        for number in numbers
    ]
    begun = perf_counter(), process_time()
    application.charges.charge_many(requests)
    clock, processor = perf_counter() - begun[0], process_time() - begun[1]
    return Cost(processor / BATCH * MICROSECONDS, clock / BATCH * MICROSECONDS)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.processor for cost in costs), median(cost.clock for cost in costs))


def _table(costs: dict[int, Cost]) -> dict[int, list[float]]:
    return {size: [round(cost.processor, 1), round(cost.clock, 1)] for size, cost in costs.items()}


def _verify(application: Application) -> None:
    for finding in audit_record(application):
        raise RuntimeError(f"the books are wrong: {finding}")


if __name__ == "__main__":
    main()
