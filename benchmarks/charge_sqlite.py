"""Single durable charges from many callers on SQLite, beside a group commit written by hand with the same callers.

Threads and tasks; once more with a disk whose flushes take a millisecond longer; and from four processes at once.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bare_group_commit import BareGroupCommit
from benchmarks.callers import Run, by_tasks, by_threads, median_run
from benchmarks.measure import Figure, show_load
from benchmarks.processes import charge_from_processes
from benchmarks.setting import a_product, an_event, an_organization
from benchmarks.slow_disk import slow_disk

THREADS = 64
TASKS = 256
ROUNDS = 3
SECONDS = 2.0
PROCESSES = 4
MEASURE_ONLY = "--measure-only"


@dataclass(frozen=True, slots=True)
class Sides:
    """The product and its peer with the same callers."""

    ours: Run
    peer: Run

    def details(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        runs = {side: {name: round(value, 2) for name, value in run.items()} for side, run in asdict(self).items()}
        return {**runs, "ratio": round(self.ours.per_second / self.peer.per_second, 2)}


def main() -> None:
    """The figure is that of the threads."""
    if sys.argv[1:] == [MEASURE_ONLY]:
        print(json.dumps(_measure()))
        return
    show_load()
    measured = _measure()
    slow = _on_a_slow_disk()
    with a_product() as (application, _):
        shares = charge_from_processes(application, [an_organization(application)], PROCESSES)
    print(
        f"{PROCESSES} processes: {sum(shares):,.0f}/s together; each {', '.join(f'{share:,.0f}' for share in shares)}"
    )
    threads = measured[f"{THREADS} threads"]
    Figure(
        name="charge_sqlite",
        figure=threads["ours"]["per_second"],
        unit="charges/s",
        kind="peer",
        held_against=threads["peer"]["per_second"],
        details={
            "callers": measured,
            "fsync_1ms_longer": slow,
            "processes": {
                "total": round(sum(shares)),
                "each": [round(share) for share in shares],
                "slowest_share": round(min(shares) * len(shares) / sum(shares), 2),
            },
        },
    ).report()


def _measure() -> dict[str, Any]:
    """Ours and the peer in turns, so that a passing load falls on both."""
    with a_product() as (application, place):
        organization_id = an_organization(application)
        bare = BareGroupCommit(place / "bare.sqlite")
        charges = application.charges

        def charge(event_id: str) -> object:
            return charges.charge(an_event(organization_id, event_id))

        async def charge_async(event_id: str) -> object:
            return await charges.charge_async(an_event(organization_id, event_id))

        charge("first")  # starts the writer and fills the caches
        kinds = {
            f"{THREADS} threads": (
                lambda: by_threads(charge, THREADS, SECONDS),
                lambda: by_threads(bare.charge, THREADS, SECONDS),
            ),
            f"{TASKS} tasks": (
                lambda: by_tasks(charge_async, TASKS, SECONDS),
                lambda: by_tasks(bare.charge_async, TASKS, SECONDS),
            ),
            "1 thread": (
                lambda: by_threads(charge, 1, SECONDS / 4),
                lambda: by_threads(bare.charge, 1, SECONDS / 4),
            ),
        }
        measured: dict[str, Any] = {}
        for callers, (ours, peer) in kinds.items():
            rounds = [(ours(), peer()) for _ in range(ROUNDS)]
            sides = Sides(*(median_run(list(runs)) for runs in zip(*rounds, strict=True)))
            measured[callers] = sides.details()
            print(f"{callers:>10}, ours: {sides.ours}\n{callers:>10}, peer: {sides.peer}", file=sys.stderr, flush=True)
        bare.close()
    return measured


def _on_a_slow_disk() -> dict[str, Any] | None:
    environment = slow_disk()
    if environment is None:
        print("no C compiler here: not measured with slower flushes", file=sys.stderr)
        return None
    print("with a millisecond added to every flush:", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.charge_sqlite", MEASURE_ONLY]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
