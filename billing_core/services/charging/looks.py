"""What a process remembers of the books of organizations for questions before a call, and of when it is."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import NamedTuple, Protocol

from billing_core.domain.books import Books, Changes
from billing_core.domain.clock import Clock
from billing_core.domain.errors import NotFound
from billing_core.services.charging.batch import PERIOD_LENGTH_MAX
from billing_core.services.charging.ports import BooksStore

LOOKS_MAX = 20_000


class Features(Protocol):
    """The features there are."""

    def feature(self, code: str) -> object:
        """One of them; NotFound for an unknown one."""
        ...


class LookingUnit(Protocol):
    """The parts of a unit of work that looks are taken from."""

    @property
    def books(self) -> BooksStore: ...
    @property
    def catalog(self) -> Features: ...


class Look(NamedTuple):
    """Books for reading plans and counters, as they were at `as_of`: seconds of a clock that never jumps."""

    books: Books
    as_of: float


class Looks:
    """Answers with a look that is not older than asked for, and knows whatever this process itself has committed."""

    def __init__(
        self,
        read: Callable[[str | None], AbstractContextManager[LookingUnit]],
        clock: Clock,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`seconds` is a clock that never jumps."""
        self._read = read
        self._clock = clock
        self.seconds = seconds
        self._lock = threading.Lock()  # of all that follows
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._commits = 0
        self._features: set[str] = set()

    def books(self, organization_id: str, max_age: timedelta) -> Books:
        """Books for reading plans and counters, at most that old; zero reads them now.

        NotFound for an organization that is not there.
        """
        at = self.seconds()
        look = self._looks.get(organization_id)
        if look is not None and at - look.as_of < max_age.total_seconds():
            return look.books
        commits = self._commits
        with self._read(organization_id) as uow:
            found = uow.books.look_at([organization_id], self._clock.now() - PERIOD_LENGTH_MAX)
        if organization_id not in found:
            raise NotFound(f"There is no organization {organization_id!r}.", field="organization_id")
        books = found[organization_id]
        with self._lock:
            if commits == self._commits:  # else it may be from before what this process has committed since
                self._put(Look(books, at))
        return books

    def check_feature(self, code: str) -> None:
        """NotFound for a feature that is not there; there are only ever more of them."""
        if code not in self._features:
            with self._read(None) as uow:
                uow.catalog.feature(code)
            self._features.add(code)

    def renew(self, committed: Mapping[str, Books | None], as_of: float) -> None:
        """This process has committed changes: these are the books since, None where they have to be read again."""
        with self._lock:
            self._commits += 1
            for organization_id, books in committed.items() if self._looks else ():
                if self._looks.pop(organization_id, None) is not None and books is not None:
                    self._put(Look(_for_reading(books), as_of))

    def _put(self, look: Look) -> None:
        self._looks[look.books.organization_id] = look
        if len(self._looks) > LOOKS_MAX:
            self._looks.popitem(last=False)


def _for_reading(books: Books) -> Books:
    """What stays as it is while the writer goes on with the books."""
    return replace(books, grants=(), counters=dict(books.counters), held={}, changes=Changes())
