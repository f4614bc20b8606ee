"""Single durable charges from many threads, beside a group commit written by hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median

from benchmarks.bare_group_commit import BareGroupCommit
from benchmarks.measure import Figure, seconds_of, show_load
from benchmarks.setting import a_product, an_event, an_organization

CHARGES_BY_THREADS = {1: 300, 8: 1_600, 64: 6_400}
ROUNDS = 3

Charge = Callable[[str], object]


def main() -> None:
    """Charges a second by number of threads; the figure is that of the most threads."""
    show_load()
    with a_product() as (application, place):
        organization_id = an_organization(application)
        bare = BareGroupCommit(place / "bare.sqlite")
        ids = count()

        def charge(event_id: str) -> object:
            return application.charges.charge(an_event(organization_id, event_id))

        charge("first")  # starts the writer and fills the caches
        measured: dict[int, tuple[float, float]] = {}
        for threads, charges in CHARGES_BY_THREADS.items():
            rounds = [
                [
                    _per_second(work, [f"c-{next(ids)}" for _ in range(charges)], threads)
                    for work in (charge, bare.charge)
                ]
                for _ in range(ROUNDS)
            ]
            ours, peer = (median(column) for column in zip(*rounds, strict=True))
            measured[threads] = (ours, peer)
            print(f"{threads:>3} threads: {ours:>8,.0f} charges/s; by hand {peer:>8,.0f}; ratio {ours / peer:.2f}")
        bare.close()
    ours, peer = measured[max(measured)]
    Figure(
        name="charge",
        figure=ours,
        unit="charges/s",
        kind="peer",
        held_against=peer,
        details={
            "by_threads": {
                threads: {"figure": round(a), "peer": round(b), "ratio": round(a / b, 2)}
                for threads, (a, b) in measured.items()
            }
        },
    ).report()


def _per_second(charge: Charge, event_ids: list[str], threads: int) -> float:
    shares = [event_ids[start::threads] for start in range(threads)]

    def work(share: list[str]) -> None:
        for event_id in share:
            charge(event_id)

    with ThreadPoolExecutor(threads) as pool:
        return len(event_ids) / seconds_of(lambda: list(pool.map(work, shares)))


if __name__ == "__main__":
    main()
