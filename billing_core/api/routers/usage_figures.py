"""Figures of usage as they are sent: the same that screens and reports show, with the same meaning."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.domain.money import Money, divide_half_even, format_nanos
from billing_core.services.reporting.answers import BreakdownRow
from billing_core.services.reporting.measures import Measures

_RATE_PARTS, _NANOS_PER_PART = 10_000, 100_000
TOKENS: dict[str, Any] = {
    "total": 51200,
    "input": 38400,
    "llm": 0,
    "output": 12800,
    "cache_read": 9600,
    "cache_write": 0,
    "reasoning": 3200,
}
FIGURES: dict[str, Any] = {
    "calls": 412,
    "errors": 5,
    "error_rate": "0.0121",
    "tokens": TOKENS,
    "credits": {"amount": "120.00", "currency": "CREDITS"},
    "charges": [{"amount": "9.58", "currency": "USD"}],
    "provider_costs": None,
    "unpriced_calls": None,
}
PART: dict[str, Any] = {"key": "openai", "name": "openai", "units": 412} | FIGURES
LATENCY: dict[str, Any] = {"median_ms": 940, "p95_ms": 2710}


class Tokens(BaseModel):
    """Tokens by kind: cached ones are part of the input, reasoning ones part of the output."""

    model_config = ConfigDict(json_schema_extra={"example": TOKENS})

    total: int
    input: int
    llm: int
    output: int
    cache_read: int
    cache_write: int
    reasoning: int


class Figures(BaseModel):
    """Figures of some usage.

    `charges` are what was paid for it, credits counting as what they were bought for; `credits` what was taken from
    grants. `provider_costs` and `unpriced_calls` (of models whose price is not known) are told to those who may know
    what providers charge, else null.
    """

    model_config = ConfigDict(json_schema_extra={"example": FIGURES})

    calls: int
    errors: int
    error_rate: str = Field(description="Failed calls as a part of all, to four decimals.")
    tokens: Tokens
    credits: Amount
    charges: list[Amount]
    provider_costs: list[Amount] | None
    unpriced_calls: int | None


class Part(Figures):
    """The figures of one feature, provider or model; `key` is null where none was named, and for the rest of many."""

    model_config = ConfigDict(json_schema_extra={"example": PART})

    key: str | None
    name: str
    units: int


class Latency(BaseModel):
    """Response times of the calls that report one, in whole milliseconds; null where none does."""

    model_config = ConfigDict(json_schema_extra={"example": LATENCY})

    median_ms: int | None
    p95_ms: int | None


def figures_of(measures: Measures, currency: str, *, sees_cost: bool) -> Figures:
    """The figures; charges are told in the organization's currency and in any other that was paid in."""
    return Figures(**_values(measures, currency, sees_cost=sees_cost))


def latency_of(measures: Measures) -> Latency:
    """The response times."""
    return Latency(median_ms=measures.latency_p50_ms, p95_ms=measures.latency_p95_ms)


def part_of(row: BreakdownRow, currency: str, *, sees_cost: bool) -> Part:
    """The figures of a row of a breakdown."""
    values = _values(row.measures, currency, sees_cost=sees_cost)
    return Part(key=row.key, name=row.label, units=row.measures.units, **values)


def _values(measures: Measures, currency: str, *, sees_cost: bool) -> dict[str, Any]:
    return {
        "calls": measures.calls,
        "errors": measures.errors,
        "error_rate": _error_rate(measures),
        "tokens": Tokens(
            total=measures.tokens,
            input=measures.input_tokens,
            llm=measures.llm_tokens,
            output=measures.output_tokens,
            cache_read=measures.cache_read_tokens,
            cache_write=measures.cache_write_tokens,
            reasoning=measures.reasoning_tokens,
        ),
        "credits": amount_of(measures.credits),
        "charges": _amounts(measures, measures.revenue, currency),
        "provider_costs": _amounts(measures, measures.provider_cost) if sees_cost else None,
        "unpriced_calls": measures.unpriced_calls if sees_cost else None,
    }


def _amounts(measures: Measures, read: Callable[[str], Money], always: str | None = None) -> list[Amount]:
    codes = sorted({*measures.currencies, always} - {None} if always else measures.currencies)
    amounts = [read(code) for code in codes]
    return [amount_of(amount) for amount in amounts if amount or amount.currency == always]


def _error_rate(measures: Measures) -> str:
    parts = divide_half_even(measures.errors * _RATE_PARTS, measures.calls) if measures.calls > 0 else 0
    return format_nanos(parts * _NANOS_PER_PART, digits_min=4)
