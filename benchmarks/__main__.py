"""Run every benchmark in a process of its own, one after the other."""

import subprocess
import sys

BENCHMARKS = (
    "charge_sqlite",
    "charge_postgresql",
    "pricing",
    "admission",
    "http_charge",
    "http_events",
    "sdk_overhead",
    "ingest",
    "growth",
    "freshness",
    "demo_load",
    "warehouse",
)


def main() -> int:
    """Each prints for itself; the exit code is 1 when one of them failed."""
    results: list[int] = []
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        results.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)
        print(flush=True)
    return int(any(results))


if __name__ == "__main__":
    sys.exit(main())
