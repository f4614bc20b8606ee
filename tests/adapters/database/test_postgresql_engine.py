"""DATABASE_URL, and what becomes of a connection that is lost or never made."""

from pathlib import Path

import pytest
from sqlalchemy import select

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.postgresql import DatabaseUnreachable
from billing_core.adapters.database.schema.organizations import organization
from billing_core.domain.errors import InvalidInput
from tests.adapters.database.rows import add_organizations
from tests.databases import migrate_to_newest
from tests.postgresql_server import PostgresServer, shared_server

HANG_UP = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(organization.c.id).order_by(organization.c.id)))


def hang_up(database: Database) -> None:
    """What a restart of the server, a firewall or an administrator does to every connection."""
    shared_server().execute(HANG_UP, database.engine.url.database or "")


def test_connections_lost_while_nobody_used_them_are_replaced_unnoticed(database: Database) -> None:
    with database.read(), database.read(), database.read():
        pass
    hang_up(database)
    assert names(database) == []
    hang_up(database)
    with database.write() as connection:
        add_organizations(connection, "northwind")
    assert names(database) == ["northwind"]


def written_around_a_hang_up(database: Database, *afterwards: str) -> None:
    with database.write() as connection:
        add_organizations(connection, "northwind")
        hang_up(database)
        if afterwards:
            add_organizations(connection, *afterwards)


def test_a_connection_lost_in_the_middle_is_told_and_nothing_was_written(database: Database) -> None:
    with pytest.raises(DatabaseUnreachable, match="was lost") as caught:
        written_around_a_hang_up(database, "globex")
    assert caught.value.code == "database_unreachable"
    assert names(database) == []


def test_a_connection_lost_at_the_commit_is_told(database: Database) -> None:
    with pytest.raises(DatabaseUnreachable, match="was lost"):
        written_around_a_hang_up(database)


def test_a_server_that_is_gone_is_told_and_used_again_when_it_is_back() -> None:
    with PostgresServer(is_durable=True) as server:
        database = Database(server.url(server.create()))
        migrate_to_newest(database.url)
        with database.write() as connection:
            add_organizations(connection, "northwind")
        server.stop("immediate")
        with pytest.raises(DatabaseUnreachable, match=r"postgresql://tollbooth@.* cannot be opened"), database.read():
            pass
        server.start()
        assert names(database) == ["northwind"]
        database.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://dana:hush@127.0.0.1:9/books", r"postgresql://dana:\*\*\*@127.0.0.1:9/books cannot be opened"),
        ("postgresql://dana@127.0.0.1:9/books?sslmode=verify-full", "cannot be opened"),
        ("postgresql://dana@/books?host=/no/such/folder", "cannot be opened"),
        ("postgres://dana:hush@127.0.0.1:9/books", "cannot be opened"),
    ],
)
def test_a_database_that_does_not_answer_is_named_without_its_password(url: str, said: str) -> None:
    database = Database(url)
    with pytest.raises(DatabaseUnreachable, match=said) as caught, database.write():
        pass
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://127.0.0.1/books", "names no user"),
        ("postgresql://dana@127.0.0.1", "or no database"),
        ("postgresql://dana@127.0.0.1/books?sslmode=perhaps", "sslmode is 'perhaps'; it may be disable"),
        ("postgresql://dana@127.0.0.1/books?target=any&sslmode=require", "target cannot be set; host, sslmode"),
        ("postgresql://dana@127.0.0.1/books?sslmode=require&sslrootcert=/no/such/file", "sslrootcert"),
        ("postgresql+psycopg://dana@127.0.0.1/books", r"begins with postgresql\+psycopg://"),
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_before_anything_is_opened(url: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        Database(url)
    assert caught.value.field == "DATABASE_URL"


def test_a_role_that_may_not_is_told_why(tmp_path: Path) -> None:
    database = Database(shared_server().url("postgres", role="nobody_at_all"))
    with pytest.raises(DatabaseUnreachable, match='role "nobody_at_all" does not exist'), database.read():
        pass


def test_money_is_written_durably_unless_the_server_is_told_otherwise() -> None:
    with PostgresServer(is_durable=True) as server:
        database = Database(server.url(server.create()))
        with database.write() as connection:
            asked = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')"
            settings = {row.name: row.setting for row in connection.exec_driver_sql(asked)}
        assert settings == {"fsync": "on", "synchronous_commit": "on"}
        database.close()
