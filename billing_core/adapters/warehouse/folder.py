"""The folder the copy lies in: its places, its locks, and files that appear whole or not at all."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Folder:
    """`root` is the warehouse's own folder; it is made when it is first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events = root / "usage_events"
        self.dimensions = root / "dimensions"
        self.manifest = root / "manifest.json"

    @contextmanager
    def sync_turn(self) -> Generator[None]:
        """The right to change the folder: one thread of one process at a time, the others wait."""
        for place in (self.events, self.dimensions):
            place.mkdir(parents=True, exist_ok=True)
        with (self.root / "sync.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def pinned(self) -> Generator[None]:
        """While this lasts no file is removed; ends by itself when the process dies."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "readers.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextmanager
    def unpinned(self) -> Generator[bool]:
        """Whether nobody has pinned the folder; if so nobody can for as long as this lasts."""
        with (self.root / "readers.lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def publish(written: Path, name: Path) -> None:
    """Give a finished temporary file its name in one step, its content and its name safe on disk."""
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(name)
    directory = os.open(name.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def temporary(name: Path) -> Path:
    """Where a file is written before it is published; whoever syncs next removes what a crash left there."""
    return name.with_name(f".{name.name}.writing")
