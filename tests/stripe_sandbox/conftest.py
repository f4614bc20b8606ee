"""Fixtures: a host of its own for every test, whose whole traffic is held against Stripe's contract at the end."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from stripe_sandbox.contract.traffic import Exchange, check_exchange
from tests.stripe_sandbox.harness import Host, Switchboard

_NAMES = count(1)


@pytest.fixture(scope="session")
def switchboard() -> Iterator[Switchboard]:
    with Switchboard() as running:
        yield running


@pytest.fixture
def host(switchboard: Switchboard, tmp_path: Path) -> Iterator[Host]:
    """Grants only what the contract allows, answers only what it declares, and refuses in Stripe's shape."""
    host = Host(switchboard, f"host{next(_NAMES)}", tmp_path)
    yield host
    host.close()
    for exchange in host.recorder.exchanges:
        if exchange.status < 300:
            assert check_exchange(exchange) == []
        else:
            _assert_refused_in_stripes_shape(exchange)


def _assert_refused_in_stripes_shape(exchange: Exchange) -> None:
    error = json.loads(exchange.answer)["error"]
    assert error["type"] in ("invalid_request_error", "idempotency_error", "card_error", "api_error")
    assert error["message"]
    of_cards = {"charge", "decline_code", "payment_intent", "payment_method"} if exchange.status == 402 else set[str]()
    assert set(error) <= {"type", "code", "param", "message", "doc_url"} | of_cards
