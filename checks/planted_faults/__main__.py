"""Plant faults one by one in copies of the project; the tests must notice: `python -m checks.planted_faults [NAME]`.

Exits 1 when a fault survives or is no fault any more because its line has changed.
"""

import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from checks.planted_faults import FAULTS
from checks.planted_faults.fault import Fault

ROOT = Path(__file__).resolve().parents[2]
COPIES = 2
SECONDS_MAX = 900
SEQUENCES = "200"
FAILED, PASSED = 1, 0


class Copy:
    """A copy of the project in which faults are planted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._writes = 0
        names = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.splitlines()
        for name in names:
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, root / name)

    def try_fault(self, fault: Fault) -> str:
        """What came of it: empty when its tests noticed."""
        file = self.root / fault.file
        text = file.read_text() if file.exists() else ""
        if text.count(fault.old) != 1:
            return f"its line is in {fault.file} {text.count(fault.old)} times, not once"
        self._write(file, text.replace(fault.old, fault.new))
        try:
            code = self._test(fault)
        except subprocess.TimeoutExpired:
            return ""  # what does not come to an end is noticed
        finally:
            self._write(file, text)
        if code == FAILED:
            return ""
        return "it survived" if code == PASSED else f"its tests could not be run: pytest ended with {code}"

    def _write(self, file: Path, text: str) -> None:
        """With a time of its own, by which Python tells whether it has compiled this text before."""
        self._writes += 1
        file.write_text(text)
        os.utime(file, (self._writes, self._writes))

    def _test(self, fault: Fault) -> int:
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=no", *fault.tests],
            cwd=self.root,
            env=os.environ
            | {
                "TOLLBOOTH_TEST_DATABASE": fault.database,
                "TOLLBOOTH_SEQUENCES": SEQUENCES,
                "TOLLBOOTH_SHRINK": "no",
            },
            timeout=SECONDS_MAX,
            check=False,
            capture_output=True,
        )
        return found.returncode


def main(names: Sequence[str]) -> int:
    """0 when every fault was noticed."""
    chosen = [fault for fault in FAULTS if not names or fault.name in names]
    if unknown := sorted(set(names) - {fault.name for fault in FAULTS}):
        print(f"There is no fault named {', '.join(unknown)}.")
        return 1
    waiting: queue.SimpleQueue[Fault] = queue.SimpleQueue()
    for fault in chosen:
        waiting.put(fault)
    problems: list[str] = []
    with TemporaryDirectory(prefix="faults-") as folder:
        workers = [
            threading.Thread(target=_work, args=(Copy(Path(folder) / str(number)), waiting, problems))
            for number in range(min(COPIES, len(chosen)))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    print(f"{len(chosen)} faults, {len(chosen) - len(problems)} noticed.", *sorted(problems), sep="\n")
    return 1 if problems else 0


def _work(copy: Copy, waiting: "queue.SimpleQueue[Fault]", problems: list[str]) -> None:
    while True:
        try:
            fault = waiting.get_nowait()
        except queue.Empty:
            return
        problem = copy.try_fault(fault)
        print(f"{'noticed ' if not problem else 'SURVIVED'} {fault.name}", flush=True)
        if problem:
            problems.append(f"{fault.name}: {problem}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
