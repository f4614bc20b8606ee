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
from billing_core.domain.money import CREDITS, Money
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


class Left(NamedTuple):
    """What an organization can still spend: credits, and prepaid balance."""

    credits: Money
    balance: Money


class Look(NamedTuple):
    """Books for reading plans and counters, as they were at `as_of`: seconds of a clock that never jumps.

    `credits_nanos` are the credits that could pay for something then.
    """

    books: Books
    credits_nanos: int
    as_of: float

    @property
    def left(self) -> Left:
        return Left(Money(self.credits_nanos, CREDITS), Money(self.books.balance_nanos, self.books.currency))


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
        return self._look(organization_id, max_age).books

    def left(self, organization_id: str, max_age: timedelta) -> Left:
        """What can still be spent, as `books`."""
        return self._look(organization_id, max_age).left

    def known_left(self, organization_id: str, max_age: timedelta) -> Left | None:
        """As `left`, without a look into the database; None where that needs one."""
        look = self._known(organization_id, max_age, self.seconds())
        return None if look is None else look.left

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
                    self._put(self._taken(books, as_of))

    def _known(self, organization_id: str, max_age: timedelta, at: float) -> Look | None:
        look = self._looks.get(organization_id)
        return look if look is not None and at - look.as_of < max_age.total_seconds() else None

    def _look(self, organization_id: str, max_age: timedelta) -> Look:
        at = self.seconds()
        known = self._known(organization_id, max_age, at)
        if known is not None:
            return known
        commits = self._commits
        with self._read(organization_id) as uow:
            found = uow.books.look_at([organization_id], self._clock.now() - PERIOD_LENGTH_MAX)
        if organization_id not in found:
            raise NotFound(f"There is no organization {organization_id!r}.", field="organization_id")
        look = self._taken(found[organization_id], at)
        with self._lock:
            if commits == self._commits:  # else it may be from before what this process has committed since
                self._put(look)
        return look

    def _taken(self, books: Books, at: float) -> Look:
        return Look(_for_reading(books), books.open_credits_nanos(self._clock.now()), at)

    def _put(self, look: Look) -> None:
        self._looks[look.books.organization_id] = look
        if len(self._looks) > LOOKS_MAX:
            self._looks.popitem(last=False)


def _for_reading(books: Books) -> Books:
    """What stays as it is while the writer goes on with the books."""
    return replace(books, grants=(), counters=dict(books.counters), held={}, changes=Changes())
