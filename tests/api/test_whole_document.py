"""Every operation of the OpenAPI document, asked with whatever its schema allows and forbids: it keeps its word.

`TOLLBOOTH_API_EXAMPLES=200 make test PYTEST_ARGS='tests/api/test_whole_document.py'` asks more of each operation.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from starlette.types import ASGIApp, Receive, Scope, Send

from billing_core.api.conventions.rate_limits import RateLimits
from billing_core.api.create_api import create_api
from tests.api.conftest import Api
from tests.product import Product, a_product

EXAMPLES = int(os.environ.get("TOLLBOOTH_API_EXAMPLES", "3"))

_SETTINGS: Any = {
    "max_examples": EXAMPLES,
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": [*HealthCheck],
}


class House:
    """One product for all of it: whatever was asked before, the next answer must be right."""

    product: Product
    operator: str
    bound: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House()
    house.product = a_product(Path(tmp_path_factory.mktemp("fuzz")))
    with Api(house.product) as api:
        house.bound = api.key(house.product.organization(credits="100"))
        house.operator = api.key(None)
    yield house
    house.product.close()


@pytest.mark.parametrize("caller", ["bound", "operator", "nobody"])
def test_every_operation_keeps_its_word(house: House, caller: str) -> None:
    secret = getattr(house, caller, None)
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    broken = {}
    for found in _document(house).get_all_operations():
        operation: Any = found.ok()
        try:
            _ask(operation, headers)
        except (FailureGroup, Failure) as error:
            broken[operation.label] = str(error)
    assert not broken, "\n\n".join(f"{label}: {error}" for label, error in broken.items())


def test_operations_keep_their_word_one_after_the_other(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.operator}"}

    class Sequence(_document(house).as_state_machine()):
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

    Sequence.run(settings=settings(**_SETTINGS, stateful_step_count=8))


def _document(house: House) -> Any:
    api = create_api(house.product)
    often = "1000000/second"
    api.state.house = replace(api.state.house, rate_limits=RateLimits(often, of_strangers=often))
    document: Any = schemathesis.openapi.from_asgi("/api/openapi.json", _at_api(api))
    # A schema says what a value looks like; that funds do not cover it, or two dates contradict, it cannot say.
    document.config.checks.positive_data_acceptance.expected_statuses += ["400", "402", "422"]
    document.config.checks.not_a_server_error.expected_statuses += ["502"]  # there is no Stripe in this test
    return document


def _at_api(api: ASGIApp) -> ASGIApp:
    """Mounted at /api, whatever the path: Starlette's own mount takes no paths with line breaks."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await api({**scope, "root_path": "/api"}, receive, send)

    return app


def _ask(operation: Any, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    @settings(**_SETTINGS)
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers)

    ask()
