"""How many tokens a text has, roughly: for what is set aside before a call, and for what nobody counts afterwards.

A token is some four characters of English. Providers tell the real counts at the end of an answer; whoever stops a
stream before that is charged for what had arrived, by this measure, and the event says so.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, cast

CHARACTERS_PER_TOKEN = 4
# What media is given as: addresses and bytes in base 64, whose length says nothing about tokens.
_MEDIA = frozenset({"image_url", "input_audio", "file_data", "source", "url", "data", "file_id"})
_PIECES = ("content", "reasoning_content", "refusal", "text", "thinking", "partial_json", "arguments")


def tokens_of(characters: int) -> int:
    """About how many tokens so many characters are."""
    return ceil(characters / CHARACTERS_PER_TOKEN)


def characters_in(value: object) -> int:
    """The characters of all text in plain JSON, names and media left out."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return sum(characters_in(item) for name, item in items if name not in _MEDIA)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return sum(characters_in(item) for item in cast("Sequence[Any]", value))
    return 0


def characters_told(chunk: Mapping[str, Any]) -> int:
    """The characters of an answer that one piece of its stream adds: text, thoughts and arguments of tools."""
    delta = chunk.get("delta")
    if str(chunk.get("type", "")).endswith("delta"):
        return len(delta) if isinstance(delta, str) else _characters_of(delta)
    choices = chunk.get("choices")
    if not isinstance(choices, list):
        return 0
    return sum(_characters_of(choice) for choice in cast("list[Any]", choices))


def characters_answered(answer: Mapping[str, Any]) -> int:
    """The characters of an answer that came as a whole."""
    return sum(_characters_of(answer.get(name)) for name in ("choices", "content", "output"))


def _characters_of(part: object) -> int:
    """Texts of a part of an answer, wherever in it they stand."""
    if isinstance(part, list):
        return sum(_characters_of(item) for item in cast("list[Any]", part))
    if not isinstance(part, Mapping):
        return 0
    total = 0
    for name, value in cast("Mapping[str, Any]", part).items():
        total += len(value) if isinstance(value, str) and name in _PIECES else _characters_of(value)
    return total
