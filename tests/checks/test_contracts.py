"""The contracts of pyproject.toml, held against a small copy of the tree with one wrong import or call in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LAYERS = ("api", "console", "sdk", "adapters", "services", "domain")


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The packages the contracts name, empty, beside the project's own pyproject.toml."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("billing_core", *(f"billing_core/{layer}" for layer in LAYERS), "pages", "stripe_sandbox"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    return tmp_path


def broken_contracts(root: Path) -> str:
    """What import-linter prints; empty when every contract is kept."""
    command = [BIN / "lint-imports", "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode else ""


def test_the_empty_tree_keeps_every_contract(skeleton: Path) -> None:
    assert broken_contracts(skeleton) == ""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("billing_core/domain/x.py", "import billing_core.services"),
        ("billing_core/services/x.py", "import billing_core.adapters"),
        ("billing_core/adapters/x.py", "import billing_core.api"),
        ("billing_core/console/x.py", "import billing_core.api"),
        ("billing_core/surprise/__init__.py", ""),
        ("billing_core/console/x.py", "import pages"),
        ("pages/x.py", "import billing_core.services"),
        ("pages/x.py", "import sqlalchemy"),
        ("stripe_sandbox/x.py", "import billing_core.domain"),
    ],
)
def test_an_arrow_that_points_outwards_breaks_a_contract(skeleton: Path, path: str, line: str) -> None:
    (skeleton / path).parent.mkdir(exist_ok=True)
    (skeleton / path).write_text(f"{line}\n")
    assert "BROKEN" in broken_contracts(skeleton)


def test_a_page_may_reach_an_adapter_through_the_console(skeleton: Path) -> None:
    (skeleton / "billing_core/console/x.py").write_text("import billing_core.adapters\n")
    (skeleton / "pages/x.py").write_text("import billing_core.console.x\n")
    assert broken_contracts(skeleton) == ""


def lint(path: str, code: str) -> str:
    """What ruff says of `code` if it stood in the file `path`."""
    command = [BIN / "ruff", "check", "--select", "TID251,T201", "--stdin-filename", path, "-"]
    return subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import UTC, datetime\nx = datetime.now(UTC)\n",
        "from datetime import date\nx = date.today()\n",
        "import time\nx = time.time()\n",
        "import uuid\nx = uuid.uuid4()\n",
        "print(1)\n",
    ],
)
def test_time_ids_and_output_are_made_in_their_own_places_only(code: str) -> None:
    assert "Found 1 error" in lint("billing_core/services/x.py", code)


def test_the_clock_may_read_the_machines_clock() -> None:
    code = "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"
    assert "All checks passed" in lint("billing_core/domain/clock.py", code)


def test_syntax_that_python_311_cannot_read_is_found() -> None:
    assert "invalid-syntax" in lint("billing_core/services/x.py", "type Detail = str | int\n")
