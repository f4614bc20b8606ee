"""The API keys a process has seen a moment ago, so that not every request asks the database."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import NamedTuple, Protocol

from billing_core.domain.clock import Clock
from billing_core.domain.identity import secret_hash
from billing_core.domain.organizations import ApiKey
from billing_core.services.organizations.authenticate_api_key import authenticate_api_key
from billing_core.services.organizations.ports import OrganizationStore

KEYS_MAX = 10_000
# A key that is revoked is refused by every process within so many seconds.
AGE_MAX_SECONDS = 1.0


class KeyUnit(Protocol):
    """The part of a unit of work that keys are looked up in."""

    @property
    def organizations(self) -> OrganizationStore: ...


class _Seen(NamedTuple):
    api_key: ApiKey
    at: float


class KeyRing:
    """Recognises API keys by their secret; only keys that exist are remembered."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[KeyUnit]],
        clock: Clock,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`seconds` is a clock that never jumps."""
        self._read = read
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def remembered(self, secret: str) -> ApiKey | None:
        """The key, if it was looked up a moment ago and has not expired since."""
        seen = self._seen.get(secret_hash(secret))
        if seen is None or self._seconds() - seen.at > AGE_MAX_SECONDS:
            return None
        return seen.api_key if seen.api_key.is_usable(self._clock.now()) else None

    def api_key(self, secret: str) -> ApiKey:
        """The key; ApiKeyRefused when it is unknown, expired or revoked."""
        at = self._seconds()
        with self._read() as uow:
            api_key = authenticate_api_key(uow.organizations, secret, self._clock.now())
        with self._lock:
            self._seen[secret_hash(secret)] = _Seen(api_key, at)
            self._seen.move_to_end(secret_hash(secret))
            if len(self._seen) > KEYS_MAX:
                self._seen.popitem(last=False)
        return api_key
