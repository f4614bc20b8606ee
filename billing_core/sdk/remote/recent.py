"""Answers that were given a moment ago, for questions that may be answered with them."""

from collections.abc import Callable, Hashable
from datetime import timedelta
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_MAX = 10_000


class Recent(Generic[T]):
    """The last answer for each key. Threads that race for one ask twice, which is fine."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        """`seconds` is a clock that never jumps."""
        self._seconds = seconds
        self._kept: dict[Hashable, tuple[float, T]] = {}

    def find(self, key: Hashable, max_age: timedelta) -> T | None:
        """The answer, if it is that young."""
        known = self._kept.get(key)
        if known is None or self._seconds() - known[0] >= max_age.total_seconds():
            return None
        return known[1]

    def keep(self, key: Hashable, asked: float, answer: T) -> T:
        """Remember an answer to what was asked at that time, and give it back."""
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[key] = asked, answer
        return answer

    def now(self) -> float:
        """The time on its clock."""
        return self._seconds()
