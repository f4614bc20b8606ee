"""Whether calls come fast: only then is it worth keeping something in reserve for those to come."""

from collections.abc import Callable
from time import monotonic

CALLS_MIN = 8
WINDOW_SECONDS = 1.0
LANES_MAX = 10_000

Lane = tuple[str, str]


class Pace:
    """Counts the calls of each lane by the second. A count that threads race for may be off by a few, which is fine."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        """`seconds` is a clock that never jumps."""
        self._seconds = seconds
        self._windows: dict[Lane, tuple[float, int, bool]] = {}

    def is_fast(self, lane: Lane) -> bool:
        """Count a call; whether there have been many of its lane in this second, or were in the one before."""
        at = self._seconds()
        began, calls, was_fast = self._windows.get(lane, (at, 0, False))
        if at >= began + WINDOW_SECONDS:
            was_fast = calls >= CALLS_MIN and at < began + 2 * WINDOW_SECONDS
            began, calls = at, 0
        if len(self._windows) >= LANES_MAX:
            self._windows.clear()
        self._windows[lane] = (began, calls + 1, was_fast)
        return was_fast or calls >= CALLS_MIN
