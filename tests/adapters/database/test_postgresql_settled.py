"""Those who follow `seq` miss nothing, though numbers are given in another order than they are committed in."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, insert, select

from billing_core.adapters.database import settled
from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.schema.identity import sign_in_failure
from billing_core.adapters.database.settled import settled_seq
from tests.adapters.database.rows import NOON

TABLE = sign_in_failure.name


def add(connection: Connection, subject: str) -> None:
    connection.execute(insert(sign_in_failure).values(subject=subject, failed_at=NOON))


def followed(database: Database) -> Sequence[str]:
    """What a follower copies that reads everything up to the settled seq."""
    with database.read_settled([TABLE]) as connection:
        upto = settled_seq(connection, TABLE)
        found = select(sign_in_failure.c.subject).where(sign_in_failure.c.seq <= upto).order_by(sign_in_failure.c.seq)
        return connection.scalars(found).all()


def test_a_row_numbered_first_and_committed_last_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.engine.connect() as slow:
        add(slow, "first")
        with database.write() as quick:
            add(quick, "second")
        monkeypatch.setattr(settled.time, "sleep", lambda _: slow.commit())
        assert followed(database) == ["first", "second"]


def test_a_number_that_was_given_and_rolled_back_is_not_waited_for(database: Database) -> None:
    with database.engine.connect() as slow:
        add(slow, "first")
        slow.rollback()
    with database.write() as quick:
        add(quick, "second")
    assert followed(database) == ["second"]


def test_who_writes_elsewhere_or_comes_later_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as connection:
        add(connection, "first")
    with database.engine.connect() as slow, database.engine.connect() as elsewhere, database.engine.connect() as later:
        add(slow, "second")
        elsewhere.exec_driver_sql("UPDATE person SET name = name")

        def others_go_on(_: float) -> None:
            add(later, "third")
            slow.commit()

        monkeypatch.setattr(settled.time, "sleep", others_go_on)
        assert followed(database) == ["first", "second"]


def test_an_empty_table_has_nothing_to_wait_for(database: Database) -> None:
    assert followed(database) == []
