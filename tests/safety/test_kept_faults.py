"""The kept list of faults is about the code as it is; `make faults` plants them one by one."""

from collections import Counter
from pathlib import Path

from checks.planted_faults import FAULTS

ROOT = Path(__file__).parents[2]
FAULTS_MIN = 30


def test_every_kept_fault_has_its_line_and_its_tests() -> None:
    wrong = [
        fault.name
        for fault in FAULTS
        if (ROOT / fault.file).read_text().count(fault.old) != 1
        or not all((ROOT / name).exists() for name in fault.tests)
    ]
    assert wrong == []
    assert Counter(fault.name for fault in FAULTS).most_common(1)[0][1] == 1
    assert len(FAULTS) >= FAULTS_MIN
