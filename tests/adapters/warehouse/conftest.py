"""A fresh system of record with its warehouse for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.warehouse.recording import Recording, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template") / "billing.db")


@pytest.fixture
def record(tmp_path: Path, template: Path) -> Iterator[Recording]:
    recording = Recording(tmp_path, template)
    yield recording
    recording.close()
