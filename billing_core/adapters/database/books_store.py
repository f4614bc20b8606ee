"""The lock and the version of organizations' books."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from billing_core.adapters.database.schema.books import books


class BooksStore:
    """One row per organization: whoever holds it may change the organization's money, credits, counters, holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, organization_ids: Iterable[str]) -> None:
        """Keep others from changing these books until the transaction ends; in sorted order, so that none deadlock.

        On SQLite the writer is alone anyway.
        """
        if self._connection.dialect.name != "postgresql":
            return
        statement = (
            select(books.c.organization_id)
            .where(books.c.organization_id.in_(sorted(set(organization_ids))))
            .order_by(books.c.organization_id)
            .with_for_update()
        )
        self._connection.execute(statement).all()
