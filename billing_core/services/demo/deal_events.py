"""Deal calls of the trace to a customer: who made them, with which feature and model, and how they went."""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import accumulate
from math import exp
from operator import itemgetter
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.services.demo.arrivals import PERCENT, arrivals, hourly_weights, shuffled
from billing_core.services.demo.customer import Customer, Workload
from billing_core.services.demo.incidents import SPEED_OF_OTHERS, SPEEDS, Weather
from billing_core.services.demo.stretch import Stretch
from billing_core.services.demo.traced_call import TracedCall

SOURCE = "demo"
FIRST_CALL_AFTER = timedelta(hours=2)
CACHE_BLOCK_TOKENS = 128
CACHED_INPUT_MIN = 512
FAILED_MS_MIN, FAILED_MS_MAX = 90, 1_400
NOISE = 0.28
BYTES_PER_GB = 1_000_000_000
STORAGE_REPORTED_AT = timedelta(hours=4, minutes=30)

Item = TypeVar("Item")
Dealt = tuple[datetime, UsageEvent]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a colleague of a customer works, as ids, and how busy they are."""

    member_id: str
    department_id: str
    busyness: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer as it was opened."""

    customer: Customer
    organization_id: str
    opened_at: datetime
    desks: Sequence[Desk]


def deal_events(tenant: Tenant, trace: Sequence[TracedCall], stretch: Stretch) -> Iterator[Dealt]:
    """Everything the customer reports, in order of time: the same on the same date."""
    return merge(_calls(tenant, trace, stretch), _storage(tenant, stretch), key=itemgetter(0))


def _calls(tenant: Tenant, trace: Sequence[TracedCall], stretch: Stretch) -> Iterator[Dealt]:
    customer = tenant.customer
    random = Random(customer.domain)
    weather = Weather(stretch.today)
    weights = hourly_weights(
        stretch.start,
        stretch.days * 24,
        rhythm=customer.rhythm,
        zone=ZoneInfo(customer.time_zone),
        growth_percent=customer.growth_percent,
        first_at=tenant.opened_at + FIRST_CALL_AFTER,
    )
    pick_workload = _picker(random, customer.workloads, [item.share for item in customer.workloads])
    pick_desk = _picker(random, tenant.desks, [desk.busyness for desk in tenant.desks])
    made: Counter[Workload] = Counter()
    calls = shuffled(trace, Random(f"{customer.domain}/order"))
    gap_mean = sum(call.gap_micros for call in trace) / len(trace)
    timed = arrivals(calls, gap_mean, stretch.start, weights, customer.calls)
    for number, (at, call) in enumerate(timed, start=1):
        if at > stretch.now:
            return
        workload, desk = pick_workload(), pick_desk()
        conditions = weather.at(workload.provider, at)
        is_error = random.random() * PERCENT < conditions.error_percent
        made[workload] += 1
        run = made[workload] // workload.calls_per_run if workload.calls_per_run else None
        event = UsageEvent(
            organization_id=tenant.organization_id,
            feature=workload.feature,
            source=SOURCE,
            event_id=f"call-{number}",
            quantities=Quantities() if is_error else _quantities(random, workload, call),
            occurred_at=at,
            provider=workload.provider,
            model=workload.model,
            member=desk.member_id,
            department=desk.department_id,
            run=None if run is None else f"{workload.feature}-{run}",
            latency_ms=_latency_ms(random, workload, call, conditions.slowdown, is_error=is_error),
            is_error=is_error,
        )
        yield at, event


def _storage(tenant: Tenant, stretch: Stretch) -> Iterator[Dealt]:
    """The level of storage, once a day, rising evenly."""
    if tenant.customer.storage_gb is None:
        return
    first_gb, last_gb = tenant.customer.storage_gb
    for day in range(stretch.days):
        at = stretch.start + timedelta(days=day) + STORAGE_REPORTED_AT
        if tenant.opened_at < at <= stretch.now:
            level_gb = first_gb + (last_gb - first_gb) * day / stretch.days
            event = UsageEvent(
                organization_id=tenant.organization_id,
                feature="storage",
                source=SOURCE,
                event_id=f"storage-{day}",
                quantities=Quantities(units=int(level_gb * BYTES_PER_GB)),
                occurred_at=at,
            )
            yield at, event


def _quantities(random: Random, workload: Workload, call: TracedCall) -> Quantities:
    """The call's own tokens, some of the input read from the provider's cache."""
    cached = 0
    if call.input_tokens >= CACHED_INPUT_MIN and random.random() * PERCENT < workload.cached_percent:
        cached = int(call.input_tokens * random.uniform(0.4, 0.9)) // CACHE_BLOCK_TOKENS * CACHE_BLOCK_TOKENS
    return Quantities(
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens if workload.has_output else 0,
        cache_read_tokens=cached,
    )


def _latency_ms(random: Random, workload: Workload, call: TracedCall, slowdown: float, *, is_error: bool) -> int:
    if is_error:
        return int(random.randint(FAILED_MS_MIN, FAILED_MS_MAX) * slowdown)
    speed = SPEEDS.get(workload.model, SPEED_OF_OTHERS)
    typical = speed.first_ms + call.output_tokens * speed.token_ms
    return int(typical * slowdown * exp(random.gauss(0, NOISE)))


def _picker(random: Random, items: Sequence[Item], weights: Sequence[int]) -> Callable[[], Item]:
    """Picks by weight, as `random.choices` does for many at once."""
    cumulated = list(accumulate(weights))
    return lambda: items[bisect(cumulated, random.random() * cumulated[-1])]
