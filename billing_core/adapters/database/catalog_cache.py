"""What a process keeps of the catalogue between transactions, for as long as its version stays the same."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from billing_core.adapters.database.engine import CONFINED_TO
from billing_core.adapters.database.prepared import fetch_all

Kept = TypeVar("Kept")

_VERSION = {
    "sqlite": "SELECT version FROM catalog_version WHERE subject = ?",
    "postgresql": "SELECT version FROM catalog_version WHERE subject = $1",
}
_kept: WeakKeyDictionary[Engine, dict[str, tuple[int, Any]]] = WeakKeyDictionary()


def kept(connection: Connection, subject: str, read: Callable[[], Kept]) -> Kept:
    """What `read` returned when the subject (`features`, `alert_rules`, `provider_prices`) last changed.

    It may add to it as long as what it adds depends on nothing but the subject.
    """
    if CONFINED_TO in connection.get_execution_options():
        return read()  # which may be less than there is
    [(version,)] = fetch_all(connection, _VERSION[connection.dialect.name], (subject,))
    by_subject = _kept.setdefault(connection.engine, {})
    found = by_subject.get(subject)
    if found is None or found[0] != version:
        found = by_subject[subject] = (version, read())
    return cast("Kept", found[1])
