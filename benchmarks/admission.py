"""May this run? `check_access` and `check_limit` in process, and admission from a lease, while others charge too."""

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import count, cycle
from time import perf_counter, perf_counter_ns
from typing import Any

from benchmarks.measure import MS_PER_SECOND, Figure, show_load
from benchmarks.processes import charging_meanwhile
from benchmarks.setting import FEATURE, a_product, an_event, an_organization
from billing_core.bootstrap import Application, application
from billing_core.domain.usage import UsageEvent
from billing_core.sdk import BillingManager

BOUND_MICROSECONDS = 50.0
TIMES = 20_000
SECONDS_MAX = 10
NANOSECONDS = 1_000
MAX_AGE = timedelta(milliseconds=250)
ANSWERS = 400
CHAT, CHAT_ALLOWANCE = "chat", "calls"


def main() -> None:
    """The figure is the median of both questions together while nobody charges."""
    show_load()
    with a_product() as (product, _):
        organization_id = an_organization(product)
        os.environ["BILLING_DATA_DIR"] = str(product.settings.data_dir)
        os.environ["DATABASE_URL"] = ""
        measured = _questions(product, organization_id)
        measured |= _admissions(product, organization_id)
        oldest_ms = _oldest_answer_ms(product, organization_id)
        application().close()
    for name, figures in measured.items():
        print(f"{name:>45}: p50 {figures['p50']:.1f} us, p99 {figures['p99']:.1f} us")
    asked_ms = MAX_AGE.total_seconds() * MS_PER_SECOND
    print(f"oldest of {ANSWERS} answers while another charges: {oldest_ms:.0f} ms (asked for {asked_ms:.0f} at most)")
    Figure(
        name="admission",
        figure=measured["questions"]["p50"],
        unit="us, median",
        kind="bound",
        held_against=BOUND_MICROSECONDS,
        details={"us": measured, "oldest_answer_ms": round(oldest_ms, 1), "asked_for_ms": asked_ms},
    ).report()


def _questions(product: Application, organization_id: str) -> dict[str, dict[str, Any]]:
    def ask(max_age: timedelta) -> None:
        if not BillingManager.check_access(organization_id, FEATURE, max_age=max_age):
            raise RuntimeError(f"the plan does not include {FEATURE}")
        BillingManager.check_limit(organization_id, FEATURE, max_age=max_age)

    second, now = timedelta(seconds=1), timedelta(0)
    measured = {
        "questions": _microseconds(lambda: ask(second)),
        "questions, read now": _microseconds(lambda: ask(now)),
    }
    with charging_meanwhile(product, [organization_id]):
        measured["questions, another process charges"] = _microseconds(lambda: ask(second))
    return measured


def _admissions(product: Application, organization_id: str) -> dict[str, dict[str, Any]]:
    """Admission alone of events that are there, and with the charge of what happened, both with a lease."""
    admission, leased = application().admission, 0
    events = cycle([an_event(organization_id, f"admitted-{number}") for number in range(TIMES)])
    numbers = count()

    def admit() -> None:
        nonlocal leased
        leased += admission.admit(next(events)).part is not None

    def admit_and_record() -> None:
        admission.record(admission.admit(an_event(organization_id, f"recorded-{next(numbers)}")))

    measured = {"admission": _microseconds(admit)}
    measured["admission"]["leased"] = min(round(leased / measured["admission"]["times"], 4), 1.0)
    with charging_meanwhile(product, [organization_id]):
        measured["admission, another process charges"] = _microseconds(admit)
    measured["admission and charge"] = _microseconds(admit_and_record, 2_000)
    return measured


def _oldest_answer_ms(product: Application, organization_id: str) -> float:
    """For how long an answer was no longer true at most when it was given, while another application charges.

    Every charge makes the answers before it untrue.
    """
    committed_at: list[float] = []
    oldest = 0.0
    for number in range(ANSWERS):
        product.charges.charge(
            UsageEvent(organization_id=organization_id, feature=CHAT, source="b", event_id=f"{number}")
        )
        committed_at.append(perf_counter())
        counters = application().looks.books(organization_id, MAX_AGE).counters
        seen = sum(used for (measure, _), used in counters.items() if measure == CHAT_ALLOWANCE)
        if seen < len(committed_at):
            oldest = max(oldest, perf_counter() - committed_at[seen])
    return oldest * MS_PER_SECOND


def _microseconds(ask: Callable[[], None], times: int = TIMES) -> dict[str, Any]:
    ask()
    taken: list[int] = []
    end = perf_counter_ns() + SECONDS_MAX * NANOSECONDS**3
    while len(taken) < times and perf_counter_ns() < end:
        begin = perf_counter_ns()
        ask()
        taken.append(perf_counter_ns() - begin)
    taken.sort()
    p50, p99 = (taken[len(taken) * part // 100] / NANOSECONDS for part in (50, 99))
    return {"p50": round(p50, 1), "p99": round(p99, 1), "times": len(taken)}


if __name__ == "__main__":
    main()
