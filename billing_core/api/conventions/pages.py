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

    def page(
        self, found: Sequence[Item], place: Callable[[Item], tuple[str, ...]], shown: Callable[[Item], Shown]
    ) -> Page[Shown]:
        """The page of what was found after the place: one more than `limit` when there is more."""
        items = found[: self.limit]
        next_cursor = _cursor(place(items[-1])) if len(found) > self.limit else None
        return Page(data=[shown(item) for item in items], next_cursor=next_cursor)

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
        return _PLACE.validate_python(parts)
    except ValidationError as error:
        raise InvalidInput("Give `next_cursor` of the page before, as it came.", field="cursor") from error
