"""A product that sells chats by their tokens, and a provider that answers them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI

from billing_core.bootstrap.application import application
from billing_core.domain.plans import Beyond
from billing_core.domain.prices import PerToken, TokenRates
from billing_core.sdk import BillingManager, billing_context, disconnect
from billing_core.sdk.clients import billed_anthropic, billed_openai
from tests.builders import plan_terms
from tests.product import Product
from tests.sdk.clients.model_server import ModelServer

# $1 for a thousand tokens of a request, $2 for a thousand of an answer, nothing for those read from a cache.
PRICES = PerToken("USD", {"*": TokenRates(input=10**12, output=2 * 10**12, cache_read=0)})


@pytest.fixture
def buyer(product: Product, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An organization with $10 that pays for every token of `chat`, in whose name the test runs."""
    product.plan(replace(plan_terms(PRICES, beyond=Beyond.CREDITS), seats_max=1))
    organization_id = product.organization("Acme")
    product.top_up(organization_id, "10")
    product.hand_over(monkeypatch)
    with billing_context(organization=organization_id):
        yield organization_id
    disconnect()
    application().close()
    application.cache_clear()


@pytest.fixture
def server() -> ModelServer:
    return ModelServer()


@pytest.fixture
def openai(server: ModelServer) -> OpenAI:
    return billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature="chat")


@pytest.fixture
def async_openai(server: ModelServer) -> AsyncOpenAI:
    return billed_openai(AsyncOpenAI(api_key="sk", http_client=server.async_client()), feature="chat")


@pytest.fixture
def anthropic(server: ModelServer) -> Anthropic:
    return billed_anthropic(Anthropic(api_key="sk", http_client=server.client()), feature="chat")


@pytest.fixture
def async_anthropic(server: ModelServer) -> AsyncAnthropic:
    return billed_anthropic(AsyncAnthropic(api_key="sk", http_client=server.async_client()), feature="chat")


@pytest.fixture
def spent(buyer: str) -> "Spent":
    return Spent(buyer)


class Spent:
    """What the buyer has spent of the $10, as text of dollars."""

    def __init__(self, organization_id: str) -> None:
        self._organization_id = organization_id

    def __call__(self) -> Decimal:
        return 10 - BillingManager.get_balance(self._organization_id)


def dollars(text: str) -> Decimal:
    return Decimal(text)
