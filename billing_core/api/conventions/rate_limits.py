"""How many requests a caller may send: counted in this process, told in `RateLimit` headers."""

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from billing_core.api.conventions.problems import TooManyRequests
from billing_core.domain.errors import InvalidInput

# Guesses at keys and the like: far more than a mistake makes, far too few to find anything.
STRANGERS = "60/minute"
SECONDS_BETWEEN_FORGETTING = 10.0


class Counts(MemoryStorage):
    """Counts that forget what is over now and then while they count; the library starts a thread for that each time."""

    def __init__(self) -> None:
        super().__init__()
        self._forgets_at = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count that is kept for so many seconds from its first; how much it is then."""
        now = time.time()  # noqa: TID251 - the library counts by this clock
        if now >= self._forgets_at:
            self._forgets_at = now + SECONDS_BETWEEN_FORGETTING
            for name in [name for name, ends_at in self.expirations.items() if ends_at <= now]:
                self.clear(name)
        if key not in self.expirations:
            self.expirations[key] = now + expiry
        self.storage[key] += amount
        return self.storage[key]


class RateLimits:
    """Limits of callers who are known, and of addresses of those who are not."""

    def __init__(self, of_callers: str, *, of_strangers: str = STRANGERS) -> None:
        """Limits as `100/second` or `6000/minute`; InvalidInput for anything else."""
        self._counts = SlidingWindowCounterRateLimiter(Counts())
        self._of_callers = _limit(of_callers)
        self._of_strangers = _limit(of_strangers)

    def count_caller(self, caller_id: str) -> dict[str, str]:
        """Count a request of a caller; the headers that tell what is left. TooManyRequests when nothing is."""
        return self._count(self._of_callers, "callers", caller_id)

    def count_stranger(self, address: str) -> dict[str, str]:
        """Count a request of somebody unknown by where it came from; as `count_caller`."""
        return self._count(self._of_strangers, "strangers", address)

    def _count(self, limit: RateLimitItem, name: str, who: str) -> dict[str, str]:
        is_left = self._counts.hit(limit, name, who)
        window = self._counts.get_window_stats(limit, name, who)
        seconds = max(math.ceil(window.reset_time - time.time()), 1)  # noqa: TID251 - the library counts by this clock
        if not is_left:
            raise TooManyRequests(
                f"More than {limit.amount} requests in {limit.get_expiry()} seconds; send fewer.",
                retry_after_seconds=seconds,
            )
        return {
            "RateLimit-Policy": f'"{name}";q={limit.amount};w={limit.get_expiry()}',
            "RateLimit": f'"{name}";r={window.remaining};t={seconds}',
        }


def _limit(text: str) -> RateLimitItem:
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidInput(
            f"BILLING_API_RATE_LIMIT: {text!r} is no limit such as 100/second or 6000/minute.",
            field="BILLING_API_RATE_LIMIT",
        ) from error
