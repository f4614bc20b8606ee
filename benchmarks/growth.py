"""What an event costs as the books grow: from ten thousand events on, and from one organization to ten thousand."""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import count
from statistics import median
from time import perf_counter

from benchmarks.measure import Figure, show_load
from benchmarks.setting import a_product, an_event, some_organizations
from billing_core.bootstrap import Application
from billing_core.services.charging.ports import ChargeRequest

EVENTS_MIN = 10_000
EVENTS_MAX = 300_000
ORGANIZATIONS_MAX = 10_000
BATCH = 2_000
BATCHES_MEASURED = 5  # the last of each size; the figure is their median
MICROSECONDS = 1_000_000

_ids = count()


def main() -> None:
    """Microseconds an event at each size; the figure is what they grew to, beside what they began with."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS_MAX, help="how many to end with (%(default)s)")
    parser.add_argument("--organizations", type=int, default=ORGANIZATIONS_MAX, help="the most (%(default)s)")
    chosen = parser.parse_args()
    show_load()
    with a_product() as (application, _):
        by_events = _by_events(application, chosen.events)
    with a_product() as (application, _):
        by_organizations = _by_organizations(application, chosen.organizations)
    first, last = by_events[min(by_events)], by_events[max(by_events)]
    Figure(
        name="growth",
        figure=last,
        unit=f"us/event with {max(by_events):,} events",
        kind="bound",
        held_against=first,
        details={
            "us_by_events": {size: round(cost, 1) for size, cost in by_events.items()},
            "us_by_organizations": {size: round(cost, 1) for size, cost in by_organizations.items()},
        },
    ).report()


def _by_events(application: Application, most: int) -> dict[int, float]:
    """The cost at each power of ten and three times it, of one organization's events."""
    organization_ids = some_organizations(application, 1)
    measured: dict[int, float] = {}
    recorded = 0
    for size in _sizes(EVENTS_MIN, most):
        costs: list[float] = []
        while recorded < size:
            costs.append(_cost(application, organization_ids))
            recorded += BATCH
        measured[size] = median(costs[-BATCHES_MEASURED:])
        print(f"{size:>12,} events: {measured[size]:6.1f} us an event", flush=True)
    return measured


def _by_organizations(application: Application, most: int) -> dict[int, float]:
    """The cost while the events of a batch are spread over so many organizations, in turn."""
    organization_ids: list[str] = []
    measured: dict[int, float] = {}
    for size in [10**power for power in range(len(str(most)))]:
        organization_ids += some_organizations(application, size - len(organization_ids))
        rounds = BATCHES_MEASURED + -(-size // BATCH)  # so that everyone was met before, as after a while of running
        measured[size] = median([_cost(application, organization_ids) for _ in range(rounds)][-BATCHES_MEASURED:])
        print(f"{size:>12,} organizations: {measured[size]:6.1f} us an event", flush=True)
    return measured


def _sizes(least: int, most: int) -> list[int]:
    sizes = [least * factor * 10**power for power in range(len(str(most))) for factor in (1, 3)]
    return [size for size in sizes if size <= most]


def _cost(application: Application, organization_ids: Sequence[str]) -> float:
    """Microseconds an event of one batch."""
    numbers = [next(_ids) for _ in range(BATCH)]
    requests = [
        ChargeRequest(an_event(organization_ids[number % len(organization_ids)], f"grown-{number}"), admit=False)
        for number in numbers
    ]
    begin = perf_counter()
    application.charges.charge_many(requests)
    return (perf_counter() - begin) / BATCH * MICROSECONDS


if __name__ == "__main__":
    main()
