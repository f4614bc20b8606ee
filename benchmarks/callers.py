"""Callers who charge one thing after the other and wait for each: threads, or tasks of one event loop."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

MS_PER_SECOND = 1_000
_names = count()

Charge = Callable[[str], object]
ChargeAsync = Callable[[str], Awaitable[object]]
# Runs a coroutine on an event loop of its own.
Loop = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What callers got: charges a second, their latency, and what the slowest caller got of the mean (1 is fair)."""

    per_second: float
    p50_ms: float
    p99_ms: float
    slowest_share: float

    def __str__(self) -> str:
        return (
            f"{self.per_second:>8,.0f}/s  p50 {self.p50_ms:6.2f} ms  p99 {self.p99_ms:6.2f} ms"
            f"  slowest caller {self.slowest_share:.0%} of the mean"
        )


def by_threads(charge: Charge, callers: int, seconds: float) -> Run:
    """Each of so many threads charges, with an id of its own each time, until the time is over."""
    latencies: list[list[float]] = [[] for _ in range(callers)]
    begin = perf_counter()
    end = begin + seconds

    def work(own: list[float]) -> None:
        name = f"t{next(_names)}"
        before = perf_counter()
        for number in count():
            charge(f"{name}-{number}")
            now = perf_counter()
            own.append(now - before)
            if now > end:
                return
            before = now

    threads = [threading.Thread(target=work, args=(own,)) for own in latencies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _run(latencies, perf_counter() - begin)


def by_tasks(charge: ChargeAsync, callers: int, seconds: float, run: Loop = asyncio.run) -> Run:
    """As `by_threads`, with tasks of one event loop."""
    latencies: list[list[float]] = [[] for _ in range(callers)]
    begin = perf_counter()
    end = begin + seconds

    async def work(own: list[float]) -> None:
        name = f"a{next(_names)}"
        before = perf_counter()
        for number in count():
            await charge(f"{name}-{number}")
            now = perf_counter()
            own.append(now - before)
            if now > end:
                return
            before = now

    async def everyone() -> None:
        await asyncio.gather(*(work(own) for own in latencies))

    run(everyone())
    return _run(latencies, perf_counter() - begin)


def median_run(runs: list[Run]) -> Run:
    """The median of each figure."""
    return Run(
        median(run.per_second for run in runs),
        median(run.p50_ms for run in runs),
        median(run.p99_ms for run in runs),
        median(run.slowest_share for run in runs),
    )


def _run(latencies: list[list[float]], seconds: float) -> Run:
    each = [len(own) for own in latencies]
    sorted_ms = sorted(latency * MS_PER_SECOND for own in latencies for latency in own)
    return Run(
        per_second=len(sorted_ms) / seconds,
        p50_ms=sorted_ms[len(sorted_ms) // 2],
        p99_ms=sorted_ms[len(sorted_ms) * 99 // 100],
        slowest_share=min(each) * len(each) / sum(each),
    )
