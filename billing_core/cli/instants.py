"""Instants as commands take them: a day, which begins at midnight UTC, or a time with its zone."""

from datetime import UTC, datetime

from billing_core.domain.errors import InvalidInput

_DAY = "2026-11-20"


def instant(text: str, field: str) -> datetime:
    """The instant in UTC; InvalidInput for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or (found.tzinfo is None and len(text) > len(_DAY)):
        raise InvalidInput(
            f"{text!r} is neither a day such as {_DAY} nor a time with its zone such as {_DAY}T08:00:00Z.", field=field
        )
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def optional_instant(text: str | None, field: str) -> datetime | None:
    """As `instant`, None for nothing."""
    return None if text is None else instant(text, field)
