"""Passwords for tests that are not about them."""


class PlainPasswords:
    """Hashes that cost no time and hide nothing."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password == password_hash

    def is_outdated(self, password_hash: str) -> bool:
        return False
