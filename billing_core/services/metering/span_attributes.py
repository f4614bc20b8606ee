"""The names of span attributes as data: what `span_attributes.toml` says, compiled once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from billing_core.services.metering.span import AttributeValue

_FILE = Path(__file__).with_name("span_attributes.toml")
Aliases = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SpanAttributes:
    """By what it means to us, the names it goes by; `known` are all of them."""

    operations: Mapping[str, frozenset[str]]
    without_output: frozenset[str]
    counts: Aliases
    texts: Aliases
    amounts: Aliases
    kept: Aliases
    known: frozenset[str]


@cache
def span_attributes() -> SpanAttributes:
    """What the file beside this module says, read at the first call."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    groups: list[Aliases] = [document[name] for name in ("counts", "texts", "amounts", "kept")]
    names = {alias for group in groups for aliases in group.values() for alias in aliases}
    return SpanAttributes(
        operations={name: frozenset(values) for name, values in document["operations"].items()},
        without_output=frozenset(document["without_output"]["operations"]),
        counts=document["counts"],
        texts=document["texts"],
        amounts=document["amounts"],
        kept=document["kept"],
        known=frozenset(names.union(document["operations"])),
    )


def inference_operation(attributes: Mapping[str, AttributeValue]) -> str | None:
    """The operation of a span that is one call of a model; None for agents, tools, and whatever does not say."""
    for name, operations in span_attributes().operations.items():
        if (operation := attributes.get(name)) is not None:
            return operation if isinstance(operation, str) and operation in operations else None
    return None
