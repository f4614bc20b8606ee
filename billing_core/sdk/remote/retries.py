"""When a request is sent again, and after how long: everything that is asked of billing is safe to repeat."""

from collections.abc import Callable
from random import random

TRIES = 4
# So long a caller may be made to wait; who is told to wait longer hears of it at once.
SECONDS_MAX = 10.0
_SECONDS_FIRST = 0.1


class Retries:
    """Waits twice as long every time, and never exactly as long as others who failed at the same moment."""

    def __init__(self, tries: int = TRIES, chance: Callable[[], float] = random) -> None:
        """`tries` in all; `chance` is even between 0 and 1."""
        self._tries = tries
        self._chance = chance

    def seconds(self, tried: int, asked_for: float | None) -> float | None:
        """How long to wait after that many tries, at least as long as was asked for; None is to give up."""
        if tried >= self._tries or (asked_for is not None and asked_for > SECONDS_MAX):
            return None
        wait = _SECONDS_FIRST * 2**tried * self._chance()
        return wait if asked_for is None else asked_for + wait
