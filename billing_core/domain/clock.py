"""Where time comes from: a clock that is passed in, always aware and in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock(Protocol):
    """The present instant, as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands where it is put; for tests and for replaying history."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def set(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def advance(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; the stored form of every instant."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of stored microseconds."""
    return _EPOCH + timedelta(microseconds=micros)
