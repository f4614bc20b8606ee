"""Inserting thousands of rows at once, without SQLAlchemy's work on the parameters of every row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Table, insert

STATEMENTS_MAX = 50


@dataclass(frozen=True, slots=True)
class _Statement:
    """An INSERT with the order of its parameters, and how each is converted for the database."""

    text: str
    names: tuple[str, ...]
    converters: tuple[Callable[[Any], Any] | None, ...]
    is_positional: bool


def bulk_insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that all have the same columns, at least two; defaults are not applied.

    It does what `connection.execute(insert(table), rows)` does, but converts values column by column.
    """
    if not rows:
        return
    statement = _statement(connection.dialect, table, tuple(rows[0]))
    read = cast("Callable[[Mapping[str, object]], tuple[object, ...]]", itemgetter(*statement.names))
    columns: list[Sequence[object]] = list(zip(*map(read, rows), strict=True))
    for index, convert in enumerate(statement.converters):
        if convert is not None:
            columns[index] = list(map(convert, columns[index]))
    values = list(zip(*columns, strict=True))
    if statement.is_positional:
        connection.exec_driver_sql(statement.text, values)
    else:
        connection.exec_driver_sql(statement.text, [dict(zip(statement.names, row, strict=True)) for row in values])


@lru_cache(STATEMENTS_MAX)
def _statement(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> _Statement:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or compiled.params)
    return _Statement(
        text=compiled.string,
        names=names,
        converters=tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names),
        is_positional=compiled.positional,
    )
