"""The thread beside the console lives as long as its process."""

import logging
import threading
from datetime import timedelta

import pytest

from billing_core.services.jobs import job_thread
from billing_core.services.jobs.job_thread import JobThread

TIMEOUT_SECONDS = 30


def test_a_failure_outside_of_the_jobs_does_not_end_the_thread(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []
    is_called_again = threading.Event()

    def run_once() -> None:
        calls.append(1)
        if len(calls) > 1:
            is_called_again.set()
        raise RuntimeError("database is locked")

    monkeypatch.setattr(job_thread, "PAUSE", timedelta(0))
    thread = JobThread(run_once)
    with caplog.at_level(logging.CRITICAL):
        thread.start()
        assert is_called_again.wait(TIMEOUT_SECONDS)
        thread.stop()
