"""Single charges over HTTP from 32 connections, beside what the same server does when nothing is asked of it."""

import sys

import uvloop

from benchmarks.callers import Run, by_tasks, median_run
from benchmarks.http_connections import EVENT, Connections
from benchmarks.measure import Figure, show_load
from benchmarks.served_product import Served, a_served_product

CONNECTIONS = 32
ROUNDS = 3
SECONDS = 3.0
BOUND_PER_SECOND = 1_500
BOUND_P99_MS = 50


def main() -> None:
    """The figure is the median of three rounds, each followed by one against the route that does nothing."""
    show_load()
    with a_served_product() as served:
        _charges(served, SECONDS / 3)  # connects, fills the caches
        rounds = [(_charges(served, SECONDS), _answers(served, SECONDS / 3)) for _ in range(ROUNDS)]
    ours, peer = (median_run(list(runs)) for runs in zip(*rounds, strict=True))
    print(f"charges: {ours}\nnothing: {peer}", file=sys.stderr)
    Figure(
        name="http_charge",
        figure=ours.per_second,
        unit="charges/s",
        kind="bound",
        held_against=BOUND_PER_SECOND,
        details={
            "connections": CONNECTIONS,
            "p50_ms": round(ours.p50_ms, 2),
            "p99_ms": round(ours.p99_ms, 2),
            "bound_p99_ms": BOUND_P99_MS,
            "peer": round(peer.per_second),
            "ratio_to_peer": round(ours.per_second / peer.per_second, 2),
        },
    ).report()


def _charges(served: Served, seconds: float) -> Run:
    connections = Connections(served.port, served.secret)

    async def charge(event_id: str) -> None:
        answer = await connections.post("/api/v1/events", (EVENT % event_id).encode())
        if b'"accepted"' not in answer:
            raise RuntimeError(answer)

    return by_tasks(charge, CONNECTIONS, seconds, uvloop.run)


def _answers(served: Served, seconds: float) -> Run:
    connections = Connections(served.port, served.secret)

    async def ask(_: str) -> None:
        await connections.get("/api/health/live")

    return by_tasks(ask, CONNECTIONS, seconds, uvloop.run)


if __name__ == "__main__":
    main()
