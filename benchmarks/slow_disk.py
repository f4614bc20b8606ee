"""A disk whose every flush takes a millisecond longer: most disks are slower than the one of a developer's machine."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.setting import BUILD

SOURCE = Path(__file__).with_name("slowsync.c")
ADDED_MICROSECONDS = 1_000


def slow_disk() -> Mapping[str, str] | None:
    """The environment in which a process has such a disk; None where there is no C compiler, or no LD_PRELOAD."""
    compiler = shutil.which("cc")
    if compiler is None or os.uname().sysname != "Linux":
        return None
    BUILD.mkdir(exist_ok=True)
    library = BUILD / "slowsync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    return {**os.environ, "LD_PRELOAD": str(library), "SLOW_US": str(ADDED_MICROSECONDS)}
