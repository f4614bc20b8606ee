"""A fresh system of record with its warehouse for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.warehouse.recording import Recording


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Recording]:
    recording = Recording(tmp_path)
    yield recording
    recording.close()
