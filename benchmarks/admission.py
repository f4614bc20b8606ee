"""May this run? `check_access` and `check_limit` in process, while nobody and while another process charges."""

import os
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from benchmarks.measure import Figure, show_load
from benchmarks.processes import charging_meanwhile
from benchmarks.setting import FEATURE, a_product, an_organization
from billing_core.bootstrap import application
from billing_core.sdk import BillingManager

BOUND_MICROSECONDS = 50.0
TIMES = 20_000
SECONDS_MAX = 10
NANOSECONDS = 1_000


def main() -> None:
    """Both questions together; the figure is the median of asking while nobody charges."""
    show_load()
    with a_product() as (product, _):
        organization_id = an_organization(product)
        os.environ["BILLING_DATA_DIR"] = str(product.settings.data_dir)
        os.environ["DATABASE_URL"] = ""

        def ask() -> None:
            if not BillingManager.check_access(organization_id, FEATURE):
                raise RuntimeError(f"the plan does not include {FEATURE}")
            BillingManager.check_limit(organization_id, FEATURE)

        alone = _microseconds(ask)
        with charging_meanwhile(product, [organization_id]):
            beside = _microseconds(ask)
        application().close()
    for name, measured in (("nobody charges", alone), ("another process charges", beside)):
        print(f"{name:>24}: p50 {measured['p50']:.1f} us, p99 {measured['p99']:.1f} us")
    Figure(
        name="admission",
        figure=alone["p50"],
        unit="us, median",
        kind="bound",
        held_against=BOUND_MICROSECONDS,
        details={"us": {"nobody_charges": alone, "another_process_charges": beside}},
    ).report()


def _microseconds(ask: Callable[[], None]) -> dict[str, Any]:
    ask()
    taken: list[int] = []
    end = perf_counter_ns() + SECONDS_MAX * NANOSECONDS**3
    while len(taken) < TIMES and perf_counter_ns() < end:
        begin = perf_counter_ns()
        ask()
        taken.append(perf_counter_ns() - begin)
    taken.sort()
    p50, p99 = (taken[len(taken) * part // 100] / NANOSECONDS for part in (50, 99))
    return {"p50": round(p50, 1), "p99": round(p99, 1), "times": len(taken)}


if __name__ == "__main__":
    main()
