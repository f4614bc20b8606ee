"""Writers queue behind one another, and never behind a process that does not write."""

import fcntl
import os
import signal
from pathlib import Path

import pytest

from billing_core.adapters.database.engine import Database


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # Python 3.12 warns; that is what is tried
def test_a_child_forked_during_a_write_does_not_keep_the_turn(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/books.sqlite")
    with database.write():
        child = os.fork()
        if not child:
            signal.pause()
    try:
        with (tmp_path / "books.sqlite.writer").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        database.close()


def test_money_is_written_durably(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'durable'}")
    with database.write() as connection:
        names = ("synchronous", "journal_mode", "foreign_keys")
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    assert pragmas == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
    database.close()
