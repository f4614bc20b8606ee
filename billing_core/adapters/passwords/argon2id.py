"""Argon2id through argon2-cffi, with the second recommended parameters of RFC 9106 unless told otherwise."""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE_MAX = 4


class Argon2idPasswords:
    """Hashes and verifies passwords; at most four at once, so that a flood of tries cannot take all the memory."""

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536, lanes: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._turns = threading.BoundedSemaphore(AT_ONCE_MAX)
        self._hash_of_nobody = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(_composed(password))

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether they belong together; None costs the same time and is never right."""
        with self._turns:
            try:
                matches = self._hasher.verify(password_hash or self._hash_of_nobody, _composed(password))
            except (VerificationError, InvalidHashError):
                return False
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)


def _composed(password: str) -> bytes:
    """The same bytes for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode(errors="replace")
