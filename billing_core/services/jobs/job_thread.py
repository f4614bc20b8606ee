"""A thread that runs due jobs beside the console for as long as the process lives."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

PAUSE = timedelta(seconds=1)
_log = logging.getLogger(__name__)


class JobThread:
    """Calls `run_once` again and again with a short pause, until stopped."""

    def __init__(self, run_once: Callable[[], None]) -> None:
        self._run_once = run_once
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the job at hand finish, then end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE.total_seconds()):
            try:
                self._run_once()
            except Exception:  # noqa: BLE001 - whatever it was, the thread must live for the next time
                _log.exception("the jobs could not be looked at; trying again")
