"""Which column of a file holds what: canonical names, names in use elsewhere, and an explicit mapping before both."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import InvalidInput

COUNTS = (
    "units",
    "input_tokens",
    "llm_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
)
TEXTS = ("feature", "provider", "model", "service_tier", "member", "department", "run")
COLUMNS = ("id", "time", *TEXTS, *COUNTS, "latency_ms", "is_error")

# Compared without case, spaces and punctuation. Only names whose counts include cached and reasoning tokens, as ours
# do: Anthropic's cache_read_input_tokens counts beside its input_tokens and must be added up before it comes here.
ALIASES: Mapping[str, Sequence[str]] = {
    "id": ("event_id", "request_id", "gen_ai.response.id", "response_id"),
    "time": ("occurred_at", "timestamp", "created_at", "event_time", "datetime"),
    "feature": ("feature_name",),
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "model": ("model_name", "gen_ai.response.model", "gen_ai.request.model"),
    "service_tier": ("openai.response.service_tier", "tier"),
    "member": ("member_id",),
    "department": ("department_id",),
    "run": ("run_id", "gen_ai.conversation.id"),
    "units": ("quantity",),
    "input_tokens": ("prompt_tokens", "context_tokens", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "llm_tokens": (),
    "output_tokens": (
        "completion_tokens",
        "generated_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
    ),
    "cache_read_tokens": ("cached_tokens", "gen_ai.usage.cache_read.input_tokens"),
    "cache_write_tokens": ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"),
    "reasoning_tokens": ("gen_ai.usage.reasoning.output_tokens",),
    "latency_ms": ("duration_ms",),
    "is_error": ("failed",),
}
_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a row each canonical column stands, None where the row does not have it.

    `missing` are columns that were mapped and that this row should have had; `unused` are the file's own that mean
    nothing here.
    """

    id: int | None
    time: int | None
    latency_ms: int | None
    is_error: int | None
    texts: Sequence[tuple[str, int]]
    counts: Sequence[tuple[str, int]]
    missing: Sequence[str]
    unused: Sequence[str]


def lay_out(names: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """Find the canonical columns among a row's names: mapped ones first, then by name, then by alias."""
    places = {name: index for index, name in enumerate(names)}
    taken = {column for column in mapping.values() if column in places}
    by_plain = {_plain(name): index for name, index in reversed(places.items()) if name not in taken}
    found = {name: places[column] for name, column in mapping.items() if column in places}
    for name in COLUMNS:
        if name not in mapping:
            hits = (by_plain.get(_plain(alias)) for alias in (name, *ALIASES[name]))
            if (index := next((hit for hit in hits if hit is not None), None)) is not None:
                found[name] = index
    used = set(found.values())
    return Layout(
        id=found.get("id"),
        time=found.get("time"),
        latency_ms=found.get("latency_ms"),
        is_error=found.get("is_error"),
        texts=[(name, found[name]) for name in TEXTS if name in found],
        counts=[(name, found[name]) for name in COUNTS if name in found],
        missing=[name for name in ("id", *COUNTS) if name in mapping and name not in found],
        unused=[name for index, name in enumerate(names) if index not in used],
    )


def check_columns(names: Sequence[str], mapping: Mapping[str, str], *, has_feature: bool) -> Layout:
    """The layout of a file as a whole; InvalidInput when a mapped column, the time or the feature is missing."""
    for name, column in mapping.items():
        if name not in COLUMNS:
            raise InvalidInput(
                f"{name!r} cannot be mapped; what can be is: {', '.join(COLUMNS)}.{did_you_mean(name, COLUMNS)}",
                field="columns",
            )
        if column not in names:
            raise InvalidInput(
                f"The file has no column {column!r} for {name}; its columns are: {_shown(names)}."
                f"{did_you_mean(column, names)}",
                field=f"columns.{name}",
            )
    layout = lay_out(names, mapping)
    if layout.time is None:
        raise InvalidInput(
            f"No column holds the time; name it with --columns time=... The file's columns are: {_shown(names)}.",
            field="columns.time",
        )
    if not has_feature and all(name != "feature" for name, _ in layout.texts):
        raise InvalidInput(
            f"Say which feature was used, or which column holds it. The file's columns are: {_shown(names)}.",
            field="feature",
        )
    return layout


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def _shown(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_SHOWN_MAX]) + (", ..." if len(shown) > _SHOWN_MAX else "")
