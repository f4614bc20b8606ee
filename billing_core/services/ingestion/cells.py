"""From a cell of a file to a value: one right way to write each, anything else is refused with that way."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import check_count

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII)
_DIGITS_MAX = 20
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_SHOWN_MAX = 60


def count_of(cell: object, name: str) -> int:
    """A whole number from 0 on: `374`, as a number or as digits. `3.5`, `1e3`, `1,024`, `-1` and nothing are none."""
    if isinstance(cell, str):
        text = cell.strip()
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX:
            return check_count(int(text), name)
    elif type(cell) is int:
        return check_count(cell, name)
    raise _refused(cell, name, "a whole number such as 374")


def time_of(cell: object, zone: ZoneInfo) -> datetime:
    """An instant in UTC, cut to the microsecond; a time without a zone is read in `zone`.

    Of a wall time that happens twice when clocks are set back, the first is meant; one that is skipped when they are
    set forward is read with the offset before the change.
    """
    moment = cell if isinstance(cell, datetime) else None
    if isinstance(cell, str) and _TIME.fullmatch(text := cell.strip()):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
    if moment is None:
        raise _refused(cell, "time", "a date and time such as 2023-11-16T18:15:46.68Z")
    try:
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        instant = None
    if instant is None or instant < EARLIEST:
        raise InvalidInput(f"time is {shown(cell)}; usage is taken in from {EARLIEST:%Y-%m-%d} on.", field="time")
    return instant


def flag_of(cell: object, name: str) -> bool:
    """`true` or `false`, `1` or `0`; nothing is false."""
    if cell is None or cell == "":
        return False
    flag = _FLAGS.get(str(cell).strip().lower())
    if flag is None:
        raise _refused(cell, name, "true or false")
    return flag


def text_of(cell: object, name: str) -> str | None:
    """The text, or a whole number as text; None for nothing."""
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None:
        return None
    if type(cell) is int:
        return str(cell)
    raise _refused(cell, name, "text")


def shown(cell: object) -> str:
    """A cell as a message shows it: quoted and not too long."""
    text = "empty" if cell is None or cell == "" else repr(cell)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."


def _refused(cell: object, name: str, right: str) -> InvalidInput:
    return InvalidInput(f"{name} is {shown(cell)}; it must be {right}.", field=name)
