"""Statements of the charging path: text written once, so that nothing is built or compiled for a batch.

SQLAlchemy takes longer to build a statement than SQLite to run it. Sets of values travel as one JSON parameter, which
both databases unfold.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection

UNFOLDED = {
    "sqlite": "json_each(?) AS asked",
    "postgresql": "jsonb_array_elements(CAST($1 AS JSONB)) AS asked",
}
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class SetQuery:
    """A query over a set of values: `{asked}` in its text stands for a table of one column `value`, each a JSON value.

    `{locked}` becomes FOR UPDATE where there are row locks, and nothing on SQLite.
    """

    text: str

    def rows(self, connection: Connection, asked: Sequence[object]) -> Sequence[Any]:
        """The rows for these values; the columns are those of the text, as the driver gives them."""
        name = connection.dialect.name
        text = self.text.format(asked=UNFOLDED[name], locked="FOR UPDATE" if name == "postgresql" else "")
        return fetch_all(connection, text, (_json(asked),))


def look_up(columns: Sequence[str], table: str, keys: Sequence[str]) -> Mapping[str, SetQuery]:
    """For each database the query for the row that has an asked value's parts as these keys, which are unique.

    PostgreSQL is told to look at one row after the other: of a table that grew a moment ago it knows too little to
    choose the index over reading all of it.
    """
    where = " AND ".join(f"{table}.{key} = asked.value ->> {index}" for index, key in enumerate(keys))
    names = ", ".join(f"{table}.{column}" for column in columns)
    one_by_one = f"CROSS JOIN LATERAL (SELECT {names} FROM {table} WHERE {where} LIMIT 1) found"  # noqa: S608
    return {
        "sqlite": SetQuery(f"SELECT {names} FROM {{asked}} CROSS JOIN {table} WHERE {where}"),  # noqa: S608
        "postgresql": SetQuery(f"SELECT found.* FROM {{asked}} {one_by_one}"),  # noqa: S608
    }


def fetch_all(connection: Connection, text: str, parameters: tuple[object, ...]) -> Sequence[Any]:
    """The rows of a statement in the driver's own text."""
    if connection.dialect.name == "sqlite":  # on its own connection: what SQLAlchemy adds takes longer than the query
        return sqlite_connection(connection).execute(text, parameters).fetchall()
    return connection.exec_driver_sql(text, parameters).fetchall()


def sqlite_connection(connection: Connection) -> sqlite3.Connection:
    """The driver's connection."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)
