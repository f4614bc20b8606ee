"""Long lists in pages: the newest first or by name, each page with a cursor that leads to the next."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, TypeAdapter, ValidationError

from billing_core.domain.errors import InvalidInput

Item = TypeVar("Item")
Shown = TypeVar("Shown")
LIMIT_USUAL = 50
LIMIT_MAX = 200
CURSOR_LENGTH_MAX = 1_000
_PLACE = TypeAdapter(tuple[str, ...])


class Page(BaseModel, Generic[Shown]):
    """Some of a list; `next_cursor` asks for what follows, and is null at the end."""

    data: Sequence[Shown]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """At most `limit` items that come after the place `after`, which is the sort key of the last one seen."""

    limit: int
    after: tuple[str, ...] | None

    def place(self, parts: int) -> tuple[str, ...] | None:
        """`after` as a sort key of so many parts; InvalidInput for a cursor of another list."""
        if self.after is not None and len(self.after) != parts:
            raise _refusal()
        return self.after

    def page(
        self, found: Sequence[Item], place: Callable[[Item], tuple[str, ...]], shown: Callable[[Item], Shown]
    ) -> Page[Shown]:
        """The page of what was found after the place: one more than `limit` when there is more."""
        items = found[: self.limit]
        return self.page_before(items, place(items[-1]) if len(found) > self.limit else None, shown)

    def page_before(
        self, found: Sequence[Item], next_place: tuple[str, ...] | None, shown: Callable[[Item], Shown]
    ) -> Page[Shown]:
        """The page of all that was found, and the place after which the rest is; None at the end."""
        next_cursor = None if next_place is None else _cursor(next_place)
        return Page(data=[shown(item) for item in found], next_cursor=next_cursor)

    def page_of_all(
        self, everything: Sequence[Item], place: Callable[[Item], tuple[str, ...]], shown: Callable[[Item], Shown]
    ) -> Page[Shown]:
        """The page of a short list that is at hand as a whole, sorted by its place."""
        ordered = sorted(everything, key=place)
        return self.page([item for item in ordered if self.after is None or place(item) > self.after], place, shown)


def _asked(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")] = LIMIT_USUAL,
    cursor: Annotated[
        str | None, Query(max_length=CURSOR_LENGTH_MAX, description="`next_cursor` of the page before.")
    ] = None,
) -> Asked:
    return Asked(limit, None if cursor is None else _place(cursor))


PageAsked = Annotated[Asked, Depends(_asked)]


def _cursor(place: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, ...]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    try:
        place = _PLACE.validate_python(parts)
    except ValidationError as error:
        raise _refusal() from error
    if not all(part.isprintable() for part in place):
        raise _refusal()
    return place


def _refusal() -> InvalidInput:
    return InvalidInput("Give `next_cursor` of the page before, as it came.", field="cursor")
