"""One file keeps everything, for any number of threads and processes."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from stripe_sandbox import create_app
from tests.stripe_sandbox.harness import Host


def test_a_restart_forgets_nothing(host: Host) -> None:
    host.listen()
    customer = host.v1.customers.create({"name": "Mira"})
    session = host.a_session(customer=customer.id)
    assert session.url is not None
    host.press(session.url, "decline")
    host.restart()
    assert host.v1.customers.retrieve(customer.id).name == "Mira"
    assert "Your card was declined." in host.text(session.url)
    host.press(session.url, "pay")
    host.restart()
    assert host.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    host.deliverer().run_pending()
    assert host.received[-1].event.type == "checkout.session.completed"


def test_many_threads_write_at_once_and_nothing_is_lost(host: Host) -> None:
    def create(number: int) -> str:
        return host.v1.customers.create({"name": str(number)}).id

    with ThreadPoolExecutor(8) as clients:
        ids = set(clients.map(create, range(40)))
    assert {each.id for each in host.v1.customers.list({"limit": 100})} == ids
    assert len(ids) == len(host.events()) == 40


def test_a_file_of_another_version_is_left_alone(host: Host) -> None:
    with closing(sqlite3.connect(host.database_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RuntimeError, match="version 99"):
        create_app(host.database_path, public_base_url="http://127.0.0.1")
