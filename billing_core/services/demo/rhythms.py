"""When the customers of the demo data are busy."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How busy each hour of the day and each day of the week is, in the customer's time zone, from Monday on."""

    hours: Sequence[int]
    weekdays: Sequence[int]


# Midnight to midnight, and Monday to Sunday.
OFFICE = Rhythm(
    hours=(2, 1, 1, 1, 2, 4, 10, 26, 58, 84, 92, 88, 66, 78, 94, 96, 88, 70, 42, 24, 16, 11, 7, 4),
    weekdays=(98, 104, 106, 102, 90, 24, 18),
)
SHOPPING = Rhythm(
    hours=(14, 8, 5, 4, 4, 6, 12, 22, 32, 42, 50, 56, 62, 58, 54, 56, 62, 70, 82, 94, 98, 88, 62, 32),
    weekdays=(84, 82, 86, 92, 108, 130, 118),
)
ALL_DAY = Rhythm(
    hours=(46, 42, 40, 40, 44, 50, 58, 66, 76, 84, 88, 88, 82, 86, 90, 88, 82, 76, 70, 64, 60, 56, 52, 48),
    weekdays=(100, 102, 104, 102, 98, 78, 74),
)
