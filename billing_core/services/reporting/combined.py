"""Adding up figures exactly."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from billing_core.services.reporting.measures import Amounts, Measures

_KEPT_APART = {"amounts", "latency_p50_ms", "latency_p95_ms"}
_ADDED = tuple(item.name for item in fields(Measures) if item.name not in _KEPT_APART)


def combined(parts: Iterable[Measures]) -> Measures:
    """The figures of all parts together; without latency, because percentiles do not add up."""
    listed = list(parts)
    revenue: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    for part in listed:
        for code, amounts in part.amounts.items():
            revenue[code] += amounts.revenue_nanos
            cost[code] += amounts.provider_cost_nanos
    return Measures(
        **{name: sum(getattr(part, name) for part in listed) for name in _ADDED},
        amounts={code: Amounts(revenue[code], cost[code]) for code in sorted({*revenue, *cost})},
    )
