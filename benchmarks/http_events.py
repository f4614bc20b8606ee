"""Events over HTTP in lists of 500, beside what charging does with the same lists in its own process."""

import sys

import uvloop

from benchmarks.callers import Run, by_tasks, by_threads, median_run
from benchmarks.http_connections import EVENT, Connections
from benchmarks.measure import Figure, show_load
from benchmarks.served_product import Served, a_served_product
from benchmarks.setting import an_event
from billing_core.services.charging.ports import ChargeRequest

EVENTS = 500
CONNECTIONS = 4
ROUNDS = 3
SECONDS = 3.0
BOUND_PER_SECOND = 20_000


def main() -> None:
    """The figure is the median of three rounds, each followed by one without HTTP."""
    show_load()
    with a_served_product() as served:
        _over_http(served, SECONDS / 3)  # connects, fills the caches
        _in_process(served, SECONDS / 3)
        rounds = [(_over_http(served, SECONDS), _in_process(served, SECONDS)) for _ in range(ROUNDS)]
    ours, engine = (median_run(list(runs)) for runs in zip(*rounds, strict=True))
    print(f"lists over HTTP: {ours}\nwithout HTTP:    {engine}", file=sys.stderr)
    Figure(
        name="http_events",
        figure=ours.per_second * EVENTS,
        unit="events/s",
        kind="bound",
        held_against=BOUND_PER_SECOND,
        details={
            "events_a_request": EVENTS,
            "connections": CONNECTIONS,
            "p99_ms": round(ours.p99_ms, 1),
            "without_http": round(engine.per_second * EVENTS),
            "ratio_to_without_http": round(ours.per_second / engine.per_second, 2),
        },
    ).report()


def _over_http(served: Served, seconds: float) -> Run:
    connections = Connections(served.port, served.secret)

    async def send(name: str) -> None:
        body = f"[{','.join(EVENT % f'{name}-{number}' for number in range(EVENTS))}]"
        answer = await connections.post("/api/v1/events", body.encode())
        if answer.count(b'"accepted"') != EVENTS:
            raise RuntimeError(answer)

    return by_tasks(send, CONNECTIONS, seconds, uvloop.run)


def _in_process(served: Served, seconds: float) -> Run:
    def charge(name: str) -> None:
        events = [an_event(served.organization_id, f"{name}-{number}") for number in range(EVENTS)]
        served.application.charges.charge_many([ChargeRequest(event, admit=False) for event in events])

    return by_threads(charge, 1, seconds)


if __name__ == "__main__":
    main()
