"""The examples of docs/sdk.md run, from top to bottom."""

import re
from pathlib import Path
from typing import Any

import pytest

from billing_core.bootstrap.application import application
from billing_core.bootstrap.self_audit import audit_books
from billing_core.sdk import BillingManager, backend

PAGE = Path(__file__).parents[2] / "docs" / "sdk.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_example_runs_and_the_books_are_right_afterwards(acme: str, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = BLOCK.findall(PAGE.read_text())
    names: dict[str, Any] = {"organization_id": acme}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    backend().close()
    assert list(audit_books(application())) == []
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "bug"
    assert said[1].startswith("insufficient_funds 10000.00 ")
    assert BillingManager.get_balance(acme) == 25
