"""An invariant as a query for the rows that break it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from billing_core.services.verification.ports import Finding

FINDINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant and the query for what breaks it: columns `id`, `has`, `should`."""

    invariant: str
    table: str
    problem: str
    query: str


def broken(connection: Connection, checks: Iterable[Check], **values: int) -> Iterator[Finding]:
    """The rows that break the checks, at most a hundred for each; `values` are what the queries name with a colon."""
    for check in checks:
        query = text(f"{check.query} LIMIT {FINDINGS_MAX}")
        for row in connection.execute(query, values):
            problem = check.problem.format(id=row.id, has=row.has, should=row.should)
            yield Finding(check.invariant, f"{check.table} {row.id}", problem)
