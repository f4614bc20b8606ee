"""Looking things up in plain JSON by the paths that the data files of this folder write.

There are two ways to look. A count decides what is charged, so a wrong value on the way to it is an error. Everything
else is looked at leniently: what is not as expected is not there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX

# The terms of a sum; of each, the alternatives; of each, the keys from the outside in.
Expression = Sequence[Sequence[Sequence[str]]]
ENTRIES_MAX = 1_000
_SHOWN_MAX = 60
_SHOWN_BITS_MAX = 256
_STEP = re.compile(r"([^.\[\]]+)(?:\[(?:(\d+)|([^=\]]+)=([^\]]+))\])?")


@dataclass(frozen=True, slots=True)
class _Step:
    """One key, and for a list there the entry that is meant: by its place, or by what it says of itself."""

    key: str
    index: int | None = None
    wanted: tuple[str, str] | None = None


class Probe:
    """A path such as `a.b[0].c`, `list[key=value].field` or, for how many entries there are, `#list[key=value]`."""

    __slots__ = ("_counts", "_keys", "_steps", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._counts = text.startswith("#")
        self._steps = [
            _Step(key, int(index) if index else None, (name, value) if name else None)
            for key, index, name, value in _STEP.findall(text.removeprefix("#"))
        ]
        is_plain = "[" not in text and not self._counts
        self._keys = tuple(step.key for step in self._steps) if is_plain else None

    @property
    def first_key(self) -> str:
        """Where the path begins."""
        return self._steps[0].key

    def find(self, root: object) -> Any:
        """What is there, None where nothing is; of a counting path, how many entries."""
        if self._keys is None:
            return self._find_in_lists(root)
        value: Any = root
        for key in self._keys:
            if type(value) is not dict and not isinstance(value, Mapping):
                return None
            value = cast("Mapping[str, Any]", value).get(key)
            if value is None:
                return None
        return value

    def _find_in_lists(self, root: object) -> Any:
        value: Any = root
        for step in self._steps:
            value = value.get(step.key) if is_object(value) else None
            if value is None:
                return None
            if step.index is not None:
                entries = _entries(value)
                value = entries[step.index] if step.index < len(entries) else None
            elif step.wanted is not None:
                key, wanted = step.wanted
                hits = [entry for entry in _entries(value) if is_object(entry) and entry.get(key) == wanted]
                value = hits if self._counts else hits[0] if hits else None
        return len(_entries(value)) if self._counts else value


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a JSON object; a dict is told at once, since asking for any mapping takes long."""
    return type(value) is dict or isinstance(value, Mapping)


def _entries(value: object) -> list[Any]:
    return cast("list[Any]", value)[:ENTRIES_MAX] if isinstance(value, list) else []


def parse_probes(text: str) -> Sequence[Probe]:
    """`a.b | c` as probes to be tried in this order."""
    return [Probe(part) for part in "".join(text.split()).split("|") if part]


def parse_expression(text: str) -> Expression:
    """`a.b | c + d` as the terms of a sum."""
    plain = "".join(text.split())
    return [[path.split(".") for path in term.split("|")] for term in plain.split("+")] if plain else []


def find_first(root: object, probes: Sequence[Probe]) -> Any:
    """What the first path that leads to anything leads to; None where none does."""
    for probe in probes:
        if (value := probe.find(root)) is not None:
            return value
    return None


def count_term(root: Mapping[str, Any], alternatives: Sequence[Sequence[str]], at: str) -> int | None:
    """The first of these counts that is there, None where none is. `at` is where `root` stands, for the messages.

    InvalidInput for anything on the way that is no object and for a value that is no whole number from 0 to 10^15.
    """
    for keys in alternatives:
        value: Any = root
        for depth, key in enumerate(keys):
            if type(value) is not dict and not isinstance(value, Mapping):
                path = ".".join((at, *keys[:depth]))
                raise InvalidInput(f"{path} is {shown(value)}; it must be an object.", field=path)
            value = cast("Mapping[str, Any]", value).get(key)
            if value is None:
                break
        else:
            if type(value) is int and 0 <= value <= COUNT_MAX:
                return value
            raise _no_count(value, ".".join((at, *keys)))
    return None


def count_sum(root: Mapping[str, Any], expression: Expression, at: str) -> int:
    """The terms added up; one that is not there is zero. Errors as in `count_term`."""
    total = 0
    for alternatives in expression:
        total += count_term(root, alternatives, at) or 0
    return total


def whole_number(value: object, path: str) -> int:
    """The value itself when it is a whole number from 0 to 10^15; InvalidInput otherwise."""
    if type(value) is int and 0 <= value <= COUNT_MAX:
        return value
    raise _no_count(value, path)


def plain_text(value: object, path: str) -> str:
    """The value itself when it is text of 1 to 200 printable characters; InvalidInput otherwise."""
    if isinstance(value, str) and 0 < len(value) <= TEXT_MAX and value.isprintable():
        return value
    raise InvalidInput(
        f"{path} is {shown(value)}; it must be text of 1 to {TEXT_MAX} printable characters.", field=path
    )


def _no_count(value: object, path: str) -> InvalidInput:
    return InvalidInput(
        f"{path} is {shown(value)}; it must be a whole number from 0 to {COUNT_MAX}, without quotes.", field=path
    )


def shown(value: object) -> str:
    """A value as a message shows it: short, whatever somebody sent."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS_MAX:
        return "a number of more than 77 digits"
    text = repr(value[: _SHOWN_MAX + 1] if isinstance(value, str | bytes) else value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."
