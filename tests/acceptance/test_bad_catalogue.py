"""A catalogue with a mistake in it: named with its file, line and field, and nothing is written."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from typer.testing import CliRunner

from billing_core.bootstrap import application, initialize
from billing_core.bootstrap.application import CATALOG_FOLDER
from billing_core.cli.main import main
from tests.product import a_product


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a product's catalogue, to make mistakes in."""
    folder = tmp_path / "catalog"
    shutil.copytree(CATALOG_FOLDER, folder)
    a_product(tmp_path / "data").hand_over(monkeypatch)
    monkeypatch.setattr(initialize, "CATALOG_FOLDER", folder)
    yield folder
    application().close()
    application.cache_clear()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "field"),
    [
        ("packages.yml", "price:", "prise:", "prise"),
        ("packages.yml", "9.90", "9,90", "price"),
        ("features.yml", "name:", "nane:", "nane"),
    ],
)
def test_a_typo_is_named_with_file_line_and_field_and_changes_nothing(
    catalog: Path, file: str, right: str, wrong: str, field: str
) -> None:
    text = (catalog / file).read_text()
    line = text[: text.index(right)].count("\n") + 1
    (catalog / file).write_text(text.replace(right, wrong, 1))
    before = _dump()
    result = CliRunner().invoke(main, ["init", "--json"])
    message = json.dumps(json.loads(result.stdout.splitlines()[-1]), ensure_ascii=False)
    assert result.exit_code == 1
    assert f"{file}:{line}" in message
    assert field in message
    assert _dump() == before


def _dump() -> list[str]:
    """Everything the database holds."""
    with application().database.read() as connection:
        names = inspect(connection).get_table_names()
        return [repr(row) for name in names for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
