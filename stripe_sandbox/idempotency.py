"""Idempotency keys: a repeated request gets the answer of the first, and a key is good for one request only."""

import hashlib
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from stripe_sandbox.errors import StripeError
from stripe_sandbox.storage import Transaction

_KEPT_SECONDS = 24 * 3600
_KEY_LENGTH_MAX = 255


class KeysInUse:
    """The keys of requests this process is answering right now."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def claim(self, key: str | None) -> Generator[None, None, None]:
        """Holds a key for one request. Raises 409 `idempotency_key_in_use` when another request holds it."""
        if key is None:
            yield
            return
        if len(key) > _KEY_LENGTH_MAX:
            raise StripeError(f"Idempotency keys can be at most {_KEY_LENGTH_MAX} characters long.")
        with self._lock:
            if key in self._keys:
                raise _in_use(key)
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def earlier_answer(tx: Transaction, key: str, path: str, params: Mapping[str, Any]) -> str | None:
    """The stored answer to the same request. Raises `idempotency_error` when the key belongs to another one."""
    tx.connection.execute("DELETE FROM idempotent_answers WHERE created < ?", (tx.at - _KEPT_SECONDS,))
    row = tx.connection.execute("SELECT path, params, answer FROM idempotent_answers WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    first_path, first_params, answer = row
    if first_path != path:
        raise _misused(f"for the same endpoint they were first used for ('{path}' vs '{first_path}')", key)
    if first_params != _digest(params):
        raise _misused("with the same parameters they were first used with", key)
    return answer


def keep_answer(tx: Transaction, key: str, path: str, params: Mapping[str, Any], answer: str) -> None:
    """Stores what was answered, in the transaction of what was done."""
    tx.connection.execute(
        "INSERT INTO idempotent_answers (key, path, params, answer, created) VALUES (?, ?, ?, ?, ?)",
        (key, path, _digest(params), answer, tx.at),
    )


def _digest(params: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def _misused(purpose: str, key: str) -> StripeError:
    message = (
        f"Keys for idempotent requests can only be used {purpose}. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return StripeError(message, type="idempotency_error")


def _in_use(key: str) -> StripeError:
    message = (
        "There is currently another in-progress request using this idempotent key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later."
    )
    return StripeError(message, "idempotency_key_in_use", status=409, type="idempotency_error")
