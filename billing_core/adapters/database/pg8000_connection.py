"""pg8000 with one round trip a statement, whatever the number of rows of parameters, and statements planned once.

pg8000 itself takes three round trips a statement, has it planned each time, and runs `executemany` row by row. What is
built on here are the messages of PostgreSQL's protocol and how pg8000 reads them, in the version that is pinned.
"""

import struct
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, cast

from pg8000 import core, legacy
from pg8000.converters import make_params  # pyright: ignore[reportUnknownVariableType]  # pg8000 declares no types

STATEMENTS_MAX = 200  # kept prepared by a connection
# The server keeps a statement's plan, which fits the tables as they were: an empty table grows, and no index is used.
PREPARED_ANEW_AT = frozenset((10, 100, 1_000, 10_000, 100_000))
EXECUTIONS_PER_TRIP = 500  # so few that the answers fit a socket's buffer while nobody reads them

_CLASSES = {
    "22": legacy.DataError,
    "23": legacy.IntegrityError,
    **dict.fromkeys(("08", "28", "40", "53", "55", "57", "58"), legacy.OperationalError),
}
_NO_VALUE = struct.pack("!i", -1)
_NONE = struct.pack("!H", 0)


class Pg8000Connection(legacy.Connection):
    """A connection whose statements take `$1, $2 ...`; a transaction begins by itself, or by BEGIN with its options."""

    def __init__(self, **arguments: Any) -> None:
        try:
            super().__init__(**arguments)
        except core.InterfaceError as error:
            raise _refusal(error) from error
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()
        self._forgotten: list[bytes] = []
        self._deferred: list[tuple[str, str, tuple[str, int] | None]] = []
        self._numbers = count()

    def wait_without_limit(self) -> None:
        """Lift the limit of time that held for connecting: a statement may take as long as it takes."""
        if self._usock is not None:
            self._usock.settimeout(None)

    def cursor(self) -> "_Cursor":
        return _Cursor(self)

    def commit(self) -> None:
        if not self._in_transaction and not self._deferred:
            return
        try:
            self.run_statement("COMMIT", [])
        except (core.DatabaseError, LookupError):  # of what was deferred till now: nothing is committed
            self.rollback()
            raise

    def rollback(self) -> None:
        self._deferred.clear()
        if self._in_transaction:
            self.run_statement("ROLLBACK", [])

    def defer(self, statement: str, parameter: str, expected: tuple[str, int] | None) -> None:
        """Have a statement run before the next one, in one round trip with all others deferred till then.

        What is wrong with it is raised by that next statement, or by the commit; so is LookupError when it changes
        another number of rows of the table than is `expected`.
        """
        self._deferred.append((statement, parameter, expected))

    def run_statement(self, statement: str, rows: Sequence[Sequence[object]]) -> core.Context:
        """Execute a statement, once without parameters or once for each row of them; a DB-API error if it fails."""
        if self._sock is None:
            raise legacy.InterfaceError("connection is closed")
        try:
            if not self._in_transaction and not self.autocommit and not statement.startswith("BEGIN"):
                self.execute_simple("BEGIN")
            if self._deferred:
                self._run_deferred()
            return self._run_prepared(statement, rows) if rows else self.execute_simple(statement)
        except core.DatabaseError as error:
            raise _dbapi_error(error) from error
        except OSError as error:
            raise legacy.InterfaceError("network error") from error

    def close(self) -> None:
        """Close the connection; that nobody is there any more to say goodbye to is no failure."""
        with suppress(legacy.InterfaceError):
            super().close()
        self._transaction_status = None

    def _run_deferred(self) -> None:
        waiting, self._deferred = self._deferred, []
        prepared = [self._prepared.pop(statement, None) or self._unprepared() for statement, _, _ in waiting]
        messages = self._forgetting()
        for item, (statement, parameter, _) in zip(prepared, waiting, strict=True):
            messages += b"" if item.is_known else _preparing(statement, item)
            messages += _executing(item, [parameter]) + core.SYNC_MSG
        self._write(messages)
        failures: list[Exception] = []
        for item, (statement, _, expected) in zip(prepared, waiting, strict=True):
            context = core.Context(statement, columns=item.columns, input_funcs=item.input_functions)
            try:
                self.handle_messages(context)
            except core.DatabaseError as error:
                self._forgotten.append(item.name)
                failures.append(error)
                continue
            self._remember(statement, item, context)
            if expected is not None and context.row_count != expected[1]:
                failures.append(rows_missing(*expected, context.row_count))
        if failures:
            raise failures[0]

    def _run_prepared(self, statement: str, rows: Sequence[Sequence[object]]) -> core.Context:
        prepared = self._prepared.pop(statement, None) or self._unprepared()
        context = core.Context(statement, columns=prepared.columns, input_funcs=prepared.input_functions)
        try:
            for start in range(0, len(rows), EXECUTIONS_PER_TRIP):
                messages = self._forgetting()
                messages += b"" if prepared.is_known or start else _preparing(statement, prepared)
                for row in rows[start : start + EXECUTIONS_PER_TRIP]:
                    values = cast("Sequence[str | None]", make_params(self.py_types, row))
                    messages += _executing(prepared, values)
                self._write(messages + core.SYNC_MSG)
                self.handle_messages(context)
        except BaseException:
            self._forgotten.append(prepared.name)
            raise
        self._remember(statement, prepared, context)
        return context

    def _unprepared(self) -> "_Prepared":
        return _Prepared(f"s{next(self._numbers)}\0".encode())

    def _remember(self, statement: str, prepared: "_Prepared", context: core.Context) -> None:
        prepared.executions += 1
        if prepared.executions in PREPARED_ANEW_AT:
            self._forgotten.append(prepared.name)
            prepared.name, prepared.is_known = self._unprepared().name, False
            self._prepared[statement] = prepared
            return
        prepared.is_known = True
        prepared.columns, prepared.input_functions = context.columns, context.input_funcs
        self._prepared[statement] = prepared
        if len(self._prepared) > STATEMENTS_MAX:
            self._forgotten.append(self._prepared.popitem(last=False)[1].name)

    def _forgetting(self) -> bytearray:
        messages = bytearray()
        for name in self._forgotten:
            messages += _message(core.CLOSE, core.STATEMENT + name)
        self._forgotten.clear()
        return messages

    def _write(self, messages: bytes | bytearray) -> None:
        self._sock.write(messages)  # pyright: ignore[reportOptionalMemberAccess]  # open, or run_statement had said so
        self._sock.flush()  # pyright: ignore[reportOptionalMemberAccess]


class _Prepared:
    """A statement the server has planned, and the columns it answers with."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.is_known = False
        self.executions = 0
        self.columns: Any = None
        self.input_functions: Any = None


class _Cursor(legacy.Cursor):
    _c: Pg8000Connection

    def execute(self, operation: str, args: Sequence[object] = (), stream: None = None) -> "_Cursor":
        return self._keep(self._c.run_statement(operation, [args] if args else []))

    def executemany(self, operation: str, param_sets: Sequence[Sequence[object]]) -> "_Cursor":
        return self._keep(self._c.run_statement(operation, param_sets))

    def _keep(self, context: core.Context) -> "_Cursor":
        self._context = context
        rows: list[Any] = context.rows or []
        self._row_iter = iter(rows)
        return self


def rows_missing(table: str, expected: int, changed: int) -> LookupError:
    """A statement that was to change rows found others than were named."""
    return LookupError(f"{table}: {expected} rows were to be changed and {changed} were.")


def _preparing(statement: str, prepared: _Prepared) -> bytes:
    parse = _message(core.PARSE, prepared.name + statement.encode() + core.NULL_BYTE + _NONE)
    return parse + _message(core.DESCRIBE, core.STATEMENT + prepared.name)


def _executing(prepared: _Prepared, values: Sequence[str | None]) -> bytes:
    bind = bytearray(core.NULL_BYTE + prepared.name + _NONE + struct.pack("!H", len(values)))
    for value in values:
        if value is None:
            bind += _NO_VALUE
        else:
            encoded = value.encode()
            bind += struct.pack("!i", len(encoded)) + encoded
    return _message(core.BIND, bytes(bind + _NONE)) + core.EXECUTE_MSG


def _message(code: bytes, content: bytes) -> bytes:
    return code + struct.pack("!i", len(content) + 4) + content


def _refusal(error: core.InterfaceError) -> Exception:
    """What the server said before it hung up, which pg8000 covers with its failure to say goodbye."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, core.DatabaseError):
        cause = cause.__context__
    return error if cause is None else _dbapi_error(cause)


def _dbapi_error(error: core.DatabaseError) -> core.DatabaseError:
    """What the server said, in the class its SQLSTATE belongs to; pg8000 tells apart unique violations alone."""
    said: Any = error.args[0]
    return _CLASSES.get(str(said.get("C", ""))[:2], legacy.ProgrammingError)(said)
