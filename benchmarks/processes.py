"""Processes that charge on one database at the same time, each with an application and threads of its own."""

import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from benchmarks.callers import by_threads
from benchmarks.setting import an_event, application_in
from billing_core.bootstrap import Application

THREADS_EACH = 16
SECONDS = 4.0
FOR_EVER_SECONDS = 3_600.0
READY = "ready"

Child = subprocess.Popen[str]


def charge_from_processes(application: Application, organization_ids: Sequence[str], processes: int) -> list[float]:
    """Charges a second of each process, while all of them charge these organizations in turn."""
    children = [_started(application, organization_ids, THREADS_EACH) for _ in range(processes)]
    for child in children:
        _say(child, str(SECONDS))
    rates = [float(child.communicate()[0]) for child in children]
    if any(child.returncode for child in children):
        raise RuntimeError("a process failed")
    return rates


@contextmanager
def charging_meanwhile(application: Application, organization_ids: Sequence[str]) -> Generator[None]:
    """Another process charges these organizations with one thread, until the end of the block."""
    child = _started(application, organization_ids, 1)
    _say(child, str(FOR_EVER_SECONDS))
    try:
        yield
    finally:
        child.kill()
        child.communicate()


def _started(application: Application, organization_ids: Sequence[str], threads: int) -> Child:
    """A process that has charged once, and waits to be told for how long to go on."""
    place = [str(application.settings.data_dir), application.settings.database_url]
    command = [sys.executable, "-m", "benchmarks.processes", *place, str(threads)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    _say(child, " ".join(organization_ids))
    assert child.stdout is not None
    if child.stdout.readline().strip() != READY:
        raise RuntimeError("a process did not start")
    return child


def _say(child: Child, word: str) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{word}\n")
    child.stdin.flush()


def _charge(data_dir: Path, database_url: str, threads: int) -> None:
    application = application_in(data_dir, database_url)
    organization_ids = sys.stdin.readline().split()
    turns = count()

    def charge(event_id: str) -> object:
        organization_id = organization_ids[next(turns) % len(organization_ids)]
        return application.charges.charge(an_event(organization_id, f"{os.getpid()}-{event_id}"))

    charge("first")
    print(READY, flush=True)
    seconds = float(sys.stdin.readline())
    print(by_threads(charge, threads, seconds).per_second, flush=True)
    application.close()


if __name__ == "__main__":
    _charge(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
