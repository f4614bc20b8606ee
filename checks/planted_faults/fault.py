"""A fault: one line of the product made wrong, and the tests that must notice."""

from dataclasses import dataclass

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` is in the file exactly once and becomes `new`; at least one of `tests` must fail then.

    `database` is what the tests run on.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    database: str = SQLITE
