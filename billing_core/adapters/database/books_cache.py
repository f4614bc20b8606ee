"""What a process remembers of books between batches, each with the version of the storage it was read from."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from billing_core.domain.books import Books

BOOKS_MAX = 20_000


class BooksCache:
    """Books that nobody works on at the moment; whoever takes some has them alone."""

    def __init__(self) -> None:
        self._books: OrderedDict[str, Books] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, organization_id: str) -> Books | None:
        with self._lock:
            return self._books.pop(organization_id, None)

    def put(self, books: Iterable[Books]) -> None:
        """Keep books that are as they were committed."""
        with self._lock:
            for item in books:
                self._books[item.organization_id] = item
            while len(self._books) > BOOKS_MAX:
                self._books.popitem(last=False)


_caches: WeakKeyDictionary[Engine, BooksCache] = WeakKeyDictionary()
_making = threading.Lock()


def books_cache(engine: Engine) -> BooksCache:
    """The cache of this process for a database."""
    with _making:
        return _caches.setdefault(engine, BooksCache())
