"""How a figure is measured and told: beside what it is held against, with the machine and its load."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal

MS_PER_SECOND = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`held_against` is in the same unit: a ceiling is what is possible at all, a peer does the same by other means,
    a bound is what was promised.
    """

    name: str
    figure: float
    unit: str
    kind: Literal["ceiling", "peer", "bound"]
    held_against: float
    details: dict[str, Any] = field(default_factory=dict[str, Any])

    def report(self) -> None:
        """Print the figure as a sentence, and as JSON in the last line."""
        ratio = self.figure / self.held_against
        print(f"{self.name}: {self.figure:,.4g} {self.unit}; {self.kind} {self.held_against:,.4g}; ratio {ratio:.2f}")
        document = {
            "name": self.name,
            "figure": _short(self.figure),
            "unit": self.unit,
            self.kind: _short(self.held_against),
            "ratio": _short(ratio),
            **self.details,
            "machine": machine(),
        }
        print(json.dumps(document), flush=True)


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


def medians_ms(*works: Callable[[], object], times: int) -> list[float]:
    """The median of each work in milliseconds, in turns, so that a passing load falls on all; one call warms up."""
    for work in works:
        work()
    rounds = [[seconds_of(work) for work in works] for _ in range(times)]
    return [median(column) * MS_PER_SECOND for column in zip(*rounds, strict=True)]


def machine() -> dict[str, object]:
    """What the figures were taken on; `load` is the mean of the last minute, the benchmark's own work included."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": _short(os.getloadavg()[0]),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()}",
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def show_load() -> None:
    """Say how busy the machine is before the work begins: a figure taken beside other work is no figure."""
    print(f"load before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", file=sys.stderr, flush=True)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _short(value: float) -> float:
    return float(f"{value:.4g}")
