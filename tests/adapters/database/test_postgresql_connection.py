"""The driver: one round trip for any number of rows, statements that are planned once, and errors in their classes."""

from collections.abc import Generator

import pytest
from pg8000 import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from billing_core.adapters.database.pg8000_connection import (
    EXECUTIONS_PER_TRIP,
    STATEMENTS_MAX,
    Pg8000Connection,
)
from tests.databases import a_database_url, leave_empty
from tests.postgresql_server import SUPERUSER, shared_server

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def connection(tmp_path) -> Generator[Pg8000Connection]:
    database = a_database_url(tmp_path, leave_empty).partition("@/")[2].partition("?")[0]
    connection = shared_server().connect(database)
    connection.run_statement("CREATE TABLE thing (id int PRIMARY KEY, name text)", [])
    connection.commit()
    yield connection
    connection.close()


def ask(connection: Pg8000Connection, statement: str, *values: object) -> list[list[object]]:
    return list(connection.run_statement(statement, [values] if values else []).rows or [])


def test_thousands_of_rows_are_counted_and_written(connection: Pg8000Connection) -> None:
    count = 2 * EXECUTIONS_PER_TRIP + 1
    rows = [(number, f"thing {number}") for number in range(count)]
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO thing VALUES ($1, $2)", rows)
    assert cursor.rowcount == count
    assert ask(connection, "SELECT count(*), min(id), max(id) FROM thing") == [[count, 0, count - 1]]


def test_a_row_that_fails_undoes_all_and_the_statement_works_again(connection: Pg8000Connection) -> None:
    insert = "INSERT INTO thing VALUES ($1, $2)"
    with pytest.raises(IntegrityError):
        connection.run_statement(insert, [(1, None), (2, None), (1, None), (3, None)])
    connection.rollback()
    connection.run_statement(insert, [(1, None), (2, "x")])
    connection.commit()
    assert ask(connection, "SELECT id, name FROM thing WHERE id < $1 ORDER BY id", 10) == [[1, None], [2, "x"]]


def test_a_statement_is_planned_once_and_those_long_unused_are_forgotten(connection: Pg8000Connection) -> None:
    for _ in range(3):
        assert ask(connection, "SELECT $1::int", 7) == [[7]]
    assert ask(connection, PREPARED) == [[1]]
    for number in range(STATEMENTS_MAX + 20):
        ask(connection, f"SELECT {number} + $1::int", 1)
    assert ask(connection, PREPARED)[0][0] <= STATEMENTS_MAX + 1  # pyright: ignore[reportOperatorIssue]
    assert ask(connection, "SELECT $1::int", 7) == [[7]]


def test_a_plan_made_for_an_empty_table_is_made_anew_when_it_has_grown(connection: Pg8000Connection) -> None:
    names: list[object] = []
    for number in range(1, 12):
        assert ask(connection, "SELECT count(*) FROM thing WHERE id < $1", 7) == [[0]]
        names.append(ask(connection, "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%thing%'"))
        assert number == 10 or len(set(map(str, names[:9]))) == 1
    assert names[10] != names[8]
    assert ask(connection, "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%thing%'") == [[1]]


def test_what_is_deferred_goes_with_the_next_statement_and_fails_with_it(connection: Pg8000Connection) -> None:
    insert = "INSERT INTO thing (id) SELECT v::int FROM jsonb_array_elements_text($1::jsonb) v"
    connection.defer(insert, "[1, 2]", ("thing", 2))
    connection.defer(insert, "[3]", None)
    assert ask(connection, "SELECT count(*) FROM thing") == [[3]]
    connection.commit()
    connection.defer(insert, "[4]", None)
    connection.defer(insert, "[3]", None)
    with pytest.raises(IntegrityError):
        connection.commit()
    connection.defer(insert, "[5, 6]", ("thing", 3))
    with pytest.raises(LookupError, match="thing: 3 rows were to be changed and 2 were"):
        connection.commit()
    connection.defer(insert, "[7]", None)
    connection.rollback()
    assert ask(connection, "SELECT count(*) FROM thing") == [[3]]


def test_a_statement_whose_table_changed_fails_once_and_is_then_planned_anew(connection: Pg8000Connection) -> None:
    everything = "SELECT * FROM thing WHERE id > $1"
    assert ask(connection, everything, 0) == []
    connection.run_statement("ALTER TABLE thing ADD COLUMN size int DEFAULT 3", [])
    connection.run_statement("INSERT INTO thing VALUES (1, 'x')", [])
    connection.commit()
    with pytest.raises(ProgrammingError, match="result type"):
        ask(connection, everything, 0)
    connection.rollback()
    assert ask(connection, everything, 0) == [[1, "x", 3]]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO thing VALUES (1, 'a'), (1, 'b')", IntegrityError),
        ("INSERT INTO thing VALUES (NULL)", IntegrityError),
        ("SELECT 1 / 0", DataError),
        ("SELECT nothing", ProgrammingError),
        ("SET LOCAL lock_timeout = '1s'; SELECT pg_cancel_backend(pg_backend_pid())", OperationalError),
    ],
)
def test_an_error_has_the_class_its_state_says(
    connection: Pg8000Connection, statement: str, expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        connection.run_statement(statement, [])


def test_a_transaction_that_failed_cannot_be_committed(connection: Pg8000Connection) -> None:
    with pytest.raises(DataError):
        connection.run_statement("SELECT 1 / $1::int", [(0,)])
    with pytest.raises(InterfaceError, match="failed transaction"):
        connection.commit()


def test_why_the_server_refuses_is_told(tmp_path) -> None:
    with pytest.raises(ProgrammingError, match='database "no_such" does not exist'):
        shared_server().connect("no_such", SUPERUSER)


def test_a_closed_connection_says_so(tmp_path) -> None:
    connection = shared_server().connect(SUPERUSER)
    connection.close()
    with pytest.raises(InterfaceError, match="connection is closed"):
        connection.run_statement("SELECT 1", [])
