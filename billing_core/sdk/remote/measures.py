"""Figures of usage as the API answers them, in the values that reports work with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from billing_core.domain.money import parse_nanos
from billing_core.services.reporting.measures import Amounts, Measures

_TOKENS = ("input", "llm", "output", "cache_read", "cache_write", "reasoning")


def totals_of(told: Mapping[str, Any]) -> Measures:
    """All of it: every use is of some feature, so their units add up."""
    units = sum(part["units"] for part in told["by_feature"])
    return measures_of(told["used"] | {"units": units}, told["latency"])


def parts_of(told: Sequence[Mapping[str, Any]]) -> Mapping[str | None, Measures]:
    """The parts by their key."""
    return {part["key"]: measures_of(part) for part in told}


def measures_of(told: Mapping[str, Any], latency: Mapping[str, int | None] | None = None) -> Measures:
    """Figures; what the provider charged only where it is told."""
    tokens, times = told["tokens"], latency or {}
    return Measures(
        calls=told["calls"],
        errors=told["errors"],
        units=told["units"],
        **{f"{kind}_tokens": tokens[kind] for kind in _TOKENS},
        unpriced_calls=told["unpriced_calls"] or 0,
        credits_nanos=parse_nanos(told["credits"]["amount"]),
        latency_p50_ms=times.get("median_ms"),
        latency_p95_ms=times.get("p95_ms"),
        amounts=_amounts(told),
    )


def _amounts(told: Mapping[str, Any]) -> Mapping[str, Amounts]:
    revenue: defaultdict[str, int] = defaultdict(int)
    cost: defaultdict[str, int] = defaultdict(int)
    for found, amounts in ((revenue, told["charges"]), (cost, told["provider_costs"] or ())):
        for amount in amounts:
            found[amount["currency"]] += parse_nanos(amount["amount"])
    # The organization's currency is always told, also where nothing was paid.
    moved = sorted(currency for currency in {*revenue, *cost} if revenue[currency] or cost[currency])
    return {currency: Amounts(revenue[currency], cost[currency]) for currency in moved}
