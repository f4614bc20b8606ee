"""The shapes of providers' answers as data: what `body_shapes.toml` says, compiled once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from billing_core.services.metering.paths import Expression, Probe, parse_expression, parse_probes

_FILE = Path(__file__).with_name("body_shapes.toml")
_HUMP = re.compile(r"(?<=[a-z0-9])[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one kind of answer tells its usage. Counts are looked up in the usage object, the rest in the body."""

    name: str
    provider: str
    usage: Sequence[Probe]
    known_by: frozenset[str]
    where: Mapping[str, str]
    only_for: Sequence[str]
    is_optional: bool
    input: Expression
    output: Expression
    cache_read: Expression
    cache_write: Expression
    reasoning: Expression
    total: Expression
    total_leaves_out: Expression
    rest_is_reasoning: Sequence[str]
    model: Sequence[Probe]
    id: Sequence[Probe]
    service_tier: Sequence[Probe]
    cost: Sequence[Probe]
    latency_ms: Sequence[Probe]
    failed: tuple[str, str] | None
    kept: Mapping[str, Sequence[Probe]]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where in a wrapped answer the answer is, and the service tier that such a wrapping means."""

    path: Sequence[Probe]
    service_tier: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """What gives away who answered at one path: text that begins in some way, or that anything is there at all."""

    path: Sequence[Probe]
    by_start: Sequence[tuple[tuple[str, ...], str]]
    anything: str | None


@dataclass(frozen=True, slots=True)
class BodyShapes:
    """All that is known of providers' answers, in the order it is tried."""

    shapes: Sequence[Shape]
    envelopes: Sequence[Envelope]
    marks: Sequence[Marks]
    stream_end_paths: Sequence[Probe]
    stream_end_types: frozenset[str]
    service_tiers: Mapping[str, str]
    resource_names: tuple[str, ...]


@cache
def body_shapes() -> BodyShapes:
    """What the file beside this module says, read at the first call."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return BodyShapes(
        shapes=[_shape(spelling) for item in document["shape"] for spelling in _spellings(item)],
        envelopes=[Envelope(parse_probes(item["path"]), item.get("service_tier")) for item in document["envelope"]],
        marks=[
            Marks(
                parse_probes(item["path"]),
                [(tuple(starts), provider) for provider, starts in item.get("starts_with", {}).items()],
                item.get("provider"),
            )
            for item in document["marks"]
        ],
        stream_end_paths=parse_probes(document["stream_end"]["paths"]),
        stream_end_types=frozenset(document["stream_end"]["types"]),
        service_tiers=document["service_tiers"],
        resource_names=tuple(document["resource_names"]),
    )


def _spellings(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item, _in_snake_case(item)] if item.get("in_snake_case_too") else [item]


def _in_snake_case(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _in_snake_case(value) for key, value in cast("dict[str, Any]", item).items()}
    if isinstance(item, list):
        return [_in_snake_case(value) for value in cast("list[Any]", item)]
    return _HUMP.sub(lambda hump: f"_{hump[0].lower()}", item) if isinstance(item, str) else item


def _shape(item: Mapping[str, Any]) -> Shape:
    failed = item.get("failed")
    return Shape(
        name=item["name"],
        provider=item["provider"],
        usage=parse_probes(item["usage"]),
        known_by=frozenset(item["known_by"]),
        where=item.get("where", {}),
        only_for=item.get("only_for", ()),
        is_optional=item.get("optional", False),
        input=parse_expression(item.get("input", "")),
        output=parse_expression(item.get("output", "")),
        cache_read=parse_expression(item.get("cache_read", "")),
        cache_write=parse_expression(item.get("cache_write", "")),
        reasoning=parse_expression(item.get("reasoning", "")),
        total=parse_expression(item.get("total", "")),
        total_leaves_out=parse_expression(item.get("total_leaves_out", "")),
        rest_is_reasoning=item.get("rest_is_reasoning", ()),
        model=parse_probes(item.get("model", "")),
        id=parse_probes(item.get("id", "")),
        service_tier=parse_probes(item.get("service_tier", "")),
        cost=parse_probes(item.get("cost", "")),
        latency_ms=parse_probes(item.get("latency_ms", "")),
        failed=failed and (failed["path"], failed["value"]),
        kept={name: parse_probes(text) for name, text in item.get("kept", {}).items()},
    )
