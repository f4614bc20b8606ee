"""The two kinds of transaction: what a reader sees, and that a writer leaves everything or nothing."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.schema.organizations import organization
from billing_core.domain.errors import InvalidInput
from tests.adapters.database.rows import add_organizations, rows_of


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return [row["id"] for row in rows_of(connection, organization)]


def test_a_reader_sees_one_moment_however_long_it_reads_and_keeps_nobody_from_writing(database: Database) -> None:
    with database.read() as reader:
        assert rows_of(reader, organization) == []
        with database.write() as writer:
            add_organizations(writer, "northwind")
        assert rows_of(reader, organization) == []
    assert names(database) == ["northwind"]


def test_what_is_written_in_a_read_is_lost_or_refused(database: Database) -> None:
    with suppress(DBAPIError), database.read() as reader:
        add_organizations(reader, "northwind")
    assert names(database) == []


def test_a_write_that_fails_leaves_no_trace(database: Database) -> None:
    with suppress(ZeroDivisionError), database.write() as writer:
        add_organizations(writer, "northwind")
        raise ZeroDivisionError
    assert names(database) == []


def test_a_statement_that_fails_leaves_the_database_as_usable_as_before(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(DBAPIError), database.write() as writer:
            add_organizations(writer, "northwind", "northwind")
    with database.write() as writer:
        add_organizations(writer, "northwind")
    assert names(database) == ["northwind"]


def test_a_write_inside_a_write_fails_instead_of_waiting_for_itself(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a write"), database.write(), database.write():
        pass
    with database.write() as writer:
        add_organizations(writer, "northwind")
    assert names(database) == ["northwind"]


def test_a_url_of_another_database_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"DATABASE_URL begins with mysql://.*postgresql://.*sqlite:///") as caught:
        Database("mysql://root@localhost/books")
    assert caught.value.field == "DATABASE_URL"
    with pytest.raises(InvalidInput, match="no URL"):
        Database("books.sqlite")
