"""Text and times as requests may have them: nothing invisible, nothing that no database can keep."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, StringConstraints

# What no id and no code has: control characters, which PostgreSQL does not take either.
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
NAME_LENGTH_MAX = 120
TEXT_LENGTH_MAX = 1_000
ID_LENGTH_MAX = 100
CODE_LENGTH_MAX = 100
YEARS = (1970, 2999)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _shown(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it has characters that cannot be seen, such as a line break")
    return text


def _written(value: object) -> object:
    """Numbers would be taken for seconds since 1970."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("give a time with its zone, such as 2026-11-20T12:00:00Z")
    return value


def _storable(instant: datetime) -> datetime:
    if not YEARS[0] <= instant.year <= YEARS[1]:
        raise ValueError(f"it must be between {YEARS[0]} and {YEARS[1]}")
    return instant.astimezone(UTC)


Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH_MAX), AfterValidator(_shown)]
Line = Annotated[str, StringConstraints(max_length=TEXT_LENGTH_MAX), AfterValidator(_shown)]
GivenId = Annotated[str, StringConstraints(min_length=1, max_length=ID_LENGTH_MAX), AfterValidator(_shown)]
# A code of something new: it stands in addresses.
NewCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=CODE_LENGTH_MAX)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_storable)]


def text_or_taken_away(body: BaseModel, field: str) -> str | None:
    """The text of a change: None where it was left out, empty where null was sent to take it away."""
    text: str | None = getattr(body, field)
    return "" if text is None and field in body.model_fields_set else text
