"""Processes that charge on one database at the same time, each with an application and threads of its own."""

import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from benchmarks.callers import by_threads
from benchmarks.setting import an_event, application_in
from billing_core.bootstrap import Application

THREADS_EACH = 16
SECONDS = 4.0
READY, GO = "ready", "go"


def charge_from_processes(application: Application, organization_ids: Sequence[str], processes: int) -> list[float]:
    """Charges a second of each process, while all of them charge these organizations in turn."""
    place = [str(application.settings.data_dir), application.settings.database_url]
    command = [sys.executable, "-m", "benchmarks.processes", *place]
    children = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(processes)
    ]
    for child in children:
        _say(child, " ".join(organization_ids))
    for child in children:
        _expect(child, READY)
    for child in children:
        _say(child, GO)
    rates = [float(child.communicate()[0]) for child in children]
    if any(child.returncode for child in children):
        raise RuntimeError("a process failed")
    return rates


def _say(child: "subprocess.Popen[str]", word: str) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{word}\n")
    child.stdin.flush()


def _expect(child: "subprocess.Popen[str]", word: str) -> None:
    assert child.stdout is not None
    said = child.stdout.readline().strip()
    if said != word:
        raise RuntimeError(f"a process said {said!r} instead of {word!r}")


def _charge(data_dir: Path, database_url: str, name: str) -> None:
    application = application_in(data_dir, database_url)
    organization_ids = sys.stdin.readline().split()
    turns = count()

    def charge(event_id: str) -> object:
        organization_id = organization_ids[next(turns) % len(organization_ids)]
        return application.charges.charge(an_event(organization_id, f"p{name}-{event_id}"))

    charge("first")
    print(READY, flush=True)
    sys.stdin.readline()
    print(by_threads(charge, THREADS_EACH, SECONDS).per_second, flush=True)
    application.close()


if __name__ == "__main__":
    _charge(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
