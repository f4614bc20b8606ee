"""Cursors of lists that stand in the order of time: the instant of the last one seen, and what tells it from others."""

from datetime import datetime

from billing_core.api.conventions.pages import Asked
from billing_core.domain.clock import from_micros, to_micros
from billing_core.domain.errors import InvalidInput


def timed_place(asked: Asked, parts: int) -> tuple[datetime, tuple[str, ...]] | None:
    """The place asked for, an instant and the rest of `parts` texts; InvalidInput for a cursor of another list."""
    place = asked.place(parts)
    if place is None:
        return None
    try:
        return from_micros(int(place[0])), place[1:]
    except (ValueError, OverflowError) as error:
        raise InvalidInput("Give `next_cursor` of the page before, as it came.", field="cursor") from error


def place_text(instant: datetime, *rest: str) -> tuple[str, ...]:
    """The place as a cursor keeps it."""
    return str(to_micros(instant)), *rest
