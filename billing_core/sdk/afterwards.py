"""Work that must be done where nobody can wait for it: a stream that was left has still been used.

A generator is closed wherever it is dropped, even inside the garbage collector, where waiting for a charge could be
waiting for oneself.
"""

import atexit
import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], object]

_log = logging.getLogger(__name__)


class Worker:
    """One thread that does what is handed over, in order; `put` never waits, not even inside a finalizer."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work] = SimpleQueue()
        self._process = 0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Have the thread run; called where waiting is harmless, before anything can be put."""
        if self._process == os.getpid():
            return
        with self._starting:
            if self._process != os.getpid():  # the first time, or in a forked child, which has no threads
                self._queue = SimpleQueue()
                self._thread = threading.Thread(target=self._run, name="billing-afterwards", daemon=True)
                self._thread.start()
                self._process = os.getpid()

    def put(self, work: Work) -> None:
        """Have something done soon. What fails is logged: whoever could be told is gone."""
        self._queue.put(work)

    def wait(self) -> None:
        """Wait until all that was put before is done."""
        if self._process == os.getpid() and threading.current_thread() is not self._thread:
            done = threading.Event()
            self._queue.put(done.set)
            done.wait()

    def _run(self) -> None:
        queue = self._queue
        while True:
            work = queue.get()
            try:
                work()
            except Exception:  # noqa: BLE001 - whatever it was, the next piece of work is not to blame
                _log.exception("what a stream used could not be charged; its hold will expire")


worker = Worker()
atexit.register(worker.wait)
