"""The three ways to integrate that the README shows, as they stand there."""

import json
import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from billing_core.bootstrap.application import application
from billing_core.sdk import BillingManager, backend, disconnect
from tests.api.conftest import Api
from tests.product import Product, a_product
from tests.sdk.clients.model_server import ModelServer
from tests.sdk.recorded import recorded

README = (Path(__file__).parents[2] / "README.md").read_text()
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CURL = re.search(r"^curl http://127\.0\.0\.1:8501(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path / "data")
    yield product
    product.close()


def test_python_samples_charge_what_they_run(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ModelServer()
    monkeypatch.setattr(openai, "OpenAI", partial(openai.OpenAI, api_key="sk", http_client=server.client()))
    names: dict[str, Any] = {"organization_id": product.organization("Acme", "starter", credits="100")}
    product.hand_over(monkeypatch)
    for sample in PYTHON:
        exec(compile(sample, "README.md", "exec"), names)
    backend().close()
    assert BillingManager.get_credits(names["organization_id"]) == 98
    assert {event["feature"] for event in recorded()} == {"CategorizationAgent", "chat"}
    assert [request["model"] for request in server.requests] == ["gpt-4o"]
    disconnect()
    application().close()
    application.cache_clear()


def test_the_http_sample_is_accepted(product: Product) -> None:
    assert CURL is not None
    address, *words = shlex.split(CURL.group(1).replace("\\\n", " "))
    options = list(zip(words[::2], words[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
    (body,) = (json.loads(value) for name, value in options if name == "-d")
    with Api(product) as api:
        headers["Authorization"] = headers["Authorization"].replace("$KEY", api.key(product.organization("Acme")))
        answer = api.post(urlsplit(address).path, json=body, headers=headers).json()
    assert [result["status"] for result in answer["results"]] == ["accepted"]
