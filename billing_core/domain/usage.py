"""What a product reports: one immutable fact of who used which feature, when, and how much.

Token counts are inclusive, as OpenTelemetry's GenAI conventions have them: cached tokens are part of the input,
reasoning tokens part of the output.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from billing_core.domain.clock import to_micros
from billing_core.domain.errors import InvalidInput

COUNT_MAX = 10**15
TEXT_MAX = 200
CLOCK_SKEW = timedelta(seconds=60)
# Periods are counted back from here too, so a time needs room before it.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
COUNTS = (
    "units",
    "input_tokens",
    "llm_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
_quoted = json.encoder.encode_basestring
_canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Quantities:
    """How much was used: whole units of the feature's meter, and tokens by kind."""

    units: int = 1
    input_tokens: int = 0
    llm_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    def __post_init__(self) -> None:
        for name in COUNTS:
            check_count(getattr(self, name), name)
        if self.cache_read_tokens + self.cache_write_tokens > self.input_tokens:
            raise InvalidInput(
                f"cache_read_tokens + cache_write_tokens ({self.cache_read_tokens + self.cache_write_tokens}) exceed "
                f"input_tokens ({self.input_tokens}), which must include them.",
                field="input_tokens",
            )
        if self.reasoning_tokens > self.output_tokens:
            raise InvalidInput(
                f"reasoning_tokens ({self.reasoning_tokens}) exceed output_tokens ({self.output_tokens}), "
                "which must include them.",
                field="output_tokens",
            )

    @property
    def tokens(self) -> int:
        """All tokens: input, LLM and output; cached and reasoning tokens are inside these."""
        return self.input_tokens + self.llm_tokens + self.output_tokens


def check_count(value: object, name: str) -> int:
    """A whole number from 0 to 10^15; InvalidInput otherwise."""
    if type(value) is not int:
        raise InvalidInput(f"{name} is {value!r}; it must be a whole number.", field=name)
    if not 0 <= value <= COUNT_MAX:
        raise InvalidInput(f"{name} is {value}; it must be between 0 and {COUNT_MAX}.", field=name)
    return value


def check_text(value: object, name: str) -> str:
    """Text of 1 to 200 printable characters; InvalidInput otherwise."""
    if not isinstance(value, str) or not value or len(value) > TEXT_MAX or not value.isprintable():
        raise InvalidInput(f"{name} is {value!r}; it must be 1 to {TEXT_MAX} printable characters.", field=name)
    return value


def _check_instant(value: object) -> None:
    if not isinstance(value, datetime):
        raise InvalidInput(f"occurred_at is {value!r}; it must be a datetime.", field="occurred_at")
    if value.tzinfo is None:
        raise InvalidInput(
            f"occurred_at is {value.isoformat()}; give a time zone, such as {value.isoformat()}Z.", field="occurred_at"
        )
    if value < EARLIEST:
        raise InvalidInput(
            f"occurred_at is {value.isoformat()}; it must not be before {EARLIEST.year}.", field="occurred_at"
        )


def _check_properties(value: object) -> None:
    try:
        if not isinstance(value, dict):
            raise TypeError("not a dict")
        json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"properties must be a JSON object; this is not: {error}.", field="properties") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """One reported use. `member` and `department` are ids; `occurred_at` is None for "now".

    `backfill` names the load it came with, which can be taken back as a whole.
    """

    organization_id: str
    feature: str
    source: str
    event_id: str
    quantities: Quantities = field(default_factory=Quantities)
    occurred_at: datetime | None = None
    provider: str | None = None
    model: str | None = None
    service_tier: str | None = None
    member: str | None = None
    department: str | None = None
    api_key_id: str | None = None
    run: str | None = None
    latency_ms: int | None = None
    is_error: bool = False
    properties: Mapping[str, Any] | None = None
    backfill: str | None = None

    def __post_init__(self) -> None:
        for name in ("organization_id", "feature", "source", "event_id"):
            check_text(getattr(self, name), name)
        for name in ("provider", "model", "service_tier", "member", "department", "run", "backfill"):
            if getattr(self, name) is not None:
                check_text(getattr(self, name), name)
        if self.latency_ms is not None:
            check_count(self.latency_ms, "latency_ms")
        if self.model is not None and self.provider is None:
            raise InvalidInput(f"model {self.model!r} was given without its provider.", field="provider")
        if type(self.is_error) is not bool:
            raise InvalidInput(f"is_error is {self.is_error!r}; it must be True or False.", field="is_error")
        if self.occurred_at is not None:
            _check_instant(self.occurred_at)
        if self.properties is not None:
            _check_properties(self.properties)

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.organization_id, self.source, self.event_id

    def check_time(self, now: datetime) -> None:
        """InvalidInput when the event lies more than a minute in the future."""
        if self.occurred_at is not None and self.occurred_at > now + CLOCK_SKEW:
            raise InvalidInput(
                f"occurred_at is {self.occurred_at.isoformat()}, in the future; now is {now.isoformat()}.",
                field="occurred_at",
            )

    @property
    def payload_hash(self) -> str:
        """SHA-256 of everything reported besides identity and load, as canonical JSON: equal payloads, equal hashes.

        The text is put together here because one is made for every event, and `json` takes five times as long.
        """
        used = self.quantities
        counts = (
            f"{used.units},{used.input_tokens},{used.llm_tokens},{used.output_tokens},"
            f"{used.cache_read_tokens},{used.cache_write_tokens},{used.reasoning_tokens}"
        )
        texts = (self.provider, self.model, self.service_tier, self.member, self.department, self.run)
        text = (
            f"[{_quoted(self.feature)},[{counts}],{_number(self.occurred_at and to_micros(self.occurred_at))},"
            + ",".join(["null" if text is None else _quoted(text) for text in texts])
            + f",{_number(self.latency_ms)},{'true' if self.is_error else 'false'},"
            + f"{'null' if self.properties is None else _canonical_json(self.properties)}]"
        )
        return hashlib.sha256(text.encode()).hexdigest()


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)
