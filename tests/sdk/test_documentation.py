"""The examples of docs/sdk.md run, from top to bottom."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from billing_core.bootstrap.application import application
from billing_core.bootstrap.self_audit import audit_books
from billing_core.sdk import BillingManager, backend
from tests.sdk.clients.model_server import TEXT, ModelServer

PAGE = Path(__file__).parents[2] / "docs" / "sdk.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_example_runs_and_the_books_are_right_afterwards(
    acme: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for package, kind in ((openai, "OpenAI"), (anthropic, "Anthropic")):
        answered = partial(getattr(package, kind), api_key="sk", http_client=ModelServer().client())
        monkeypatch.setattr(package, kind, answered)
    blocks = BLOCK.findall(PAGE.read_text())
    names: dict[str, Any] = {"organization_id": acme}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    assert names["text"] == TEXT * 10
    backend().close()
    assert list(audit_books(application())) == []
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "bug"
    assert said[1].startswith("insufficient_funds 10000.00 ")
    assert BillingManager.get_balance(acme) == 25
