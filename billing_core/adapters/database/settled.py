"""Up to which `seq` everything is there that ever will be: PostgreSQL commits in another order than it numbers."""

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

SETTLED = "settled"  # option of a connection, which says the seq of each table
POLL_SECONDS = 0.01
_GIVEN = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, 'seq')), 0)"
_WRITERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = ANY (CAST($1 AS regclass[])) AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def wait_until_settled(connection: Connection, tables: Sequence[str]) -> Mapping[str, int]:
    """The newest seq given in each table, once every transaction has ended that may have got one up to it.

    Nobody else waits. The connection must see each statement anew, so it is in no snapshot; rows are read afterwards.
    """
    given = {table: connection.exec_driver_sql(_GIVEN, (table,)).scalar_one() for table in tables}
    awaited = _writers(connection, tables)  # asked after the seq: whoever had got one by then is among them, or done
    while awaited:
        time.sleep(POLL_SECONDS)
        awaited &= _writers(connection, tables)
    return given


def settled_seq(connection: Connection, table: str) -> int | None:
    """The newest seq of a table that may be relied on in this transaction; None where all of them may."""
    return connection.get_execution_options().get(SETTLED, {}).get(table)


def _writers(connection: Connection, tables: Sequence[str]) -> set[str]:
    return set(connection.exec_driver_sql(_WRITERS, ("{" + ",".join(tables) + "}",)).scalars())
