"""Identifiers: a prefix that says what it is, then 26 characters that sort by time (as ULID does)."""

import secrets
from datetime import datetime

from billing_core.domain.clock import to_micros

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def _base32(value: int, length: int) -> str:
    pairs: list[str] = []
    for _ in range(length // 2):
        value, pair = divmod(value, 1024)
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))


def new_id(prefix: str, at: datetime) -> str:
    """`{prefix}_` and 26 characters: 10 of milliseconds, 16 of randomness (80 bits)."""
    return f"{prefix}_{_base32(to_micros(at) // 1000, 10)}{_base32(secrets.randbits(80), 16)}"


def new_ids(prefix: str, at: datetime, count: int) -> list[str]:
    """`count` ids of one instant, increasing in the order they are returned; at most 2^29."""
    begin = f"{prefix}_{_base32(to_micros(at) // 1000, 10)}{_base32(secrets.randbits(50), 10)}"
    start = secrets.randbits(29)
    return [
        begin + _PAIRS[number >> 20] + _PAIRS[number >> 10 & 1023] + _PAIRS[number & 1023]
        for number in range(start, start + count)
    ]
