"""Spans as they are read off the wire, with nothing of what was said to a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from billing_core.domain.errors import InvalidInput

AttributeValue = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One finished span. Ids are in hex, times in nanoseconds since 1970.

    `attributes` are those whose meaning is known, the span's own before those of its resource: prompts and answers are
    not among them.
    """

    trace_id: str
    span_id: str
    start_nanos: int
    end_nanos: int
    has_failed: bool = False
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict[str, AttributeValue])


@dataclass(frozen=True, slots=True)
class RefusedSpan:
    """A span that cannot be read: where it stands in what was sent, and why."""

    path: str
    error: InvalidInput


@dataclass(slots=True)
class Traces:
    """What was in one export: calls of models, spans that are none, and those that are but cannot be read."""

    spans: list[Span] = field(default_factory=list[Span])
    passed_over: int = 0
    refused: list[RefusedSpan] = field(default_factory=list[RefusedSpan])


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSpan:
    """A span as either encoding gives it, not yet checked; `attributes` as those of `Span`, `path` says where it stood.

    `attribute_count` is how many attributes were sent with it, known or not.
    """

    path: str
    trace_id: object
    span_id: object
    start: object
    end: object
    has_failed: bool
    attributes: Mapping[str, AttributeValue]
    attribute_count: int
