"""Work for which nobody can wait."""

import logging
import threading

import pytest

from billing_core.sdk.afterwards import Worker


def test_work_is_done_in_order_and_a_failure_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    worker, done = Worker(), list[int]()

    def fail() -> None:
        raise KeyError("lost")

    worker.start()
    worker.put(lambda: done.append(1))
    worker.put(fail)
    worker.put(lambda: done.append(2))
    with caplog.at_level(logging.ERROR):
        worker.wait()
    assert done == [1, 2]
    assert "lost" in caplog.text


def test_one_thread_does_it_however_often_it_is_started() -> None:
    worker, threads = Worker(), set[str]()
    for _ in range(3):
        worker.start()
        worker.put(lambda: threads.add(str(threading.get_ident())))
    worker.wait()
    assert len(threads) == 1
    assert threads != {str(threading.get_ident())}


def test_waiting_for_nothing_and_for_oneself_ends() -> None:
    worker = Worker()
    worker.wait()
    worker.start()
    worker.put(worker.wait)
    worker.wait()
