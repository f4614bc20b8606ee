"""The middleware and billed clients of a product whose billing runs on a server."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import OpenAI

from billing_core.bootstrap.application import application
from billing_core.domain.errors import InsufficientFunds
from billing_core.sdk import BillingManager, billing_context, connect
from billing_core.sdk.afterwards import worker
from billing_core.sdk.clients import billed_anthropic, billed_openai
from billing_core.sdk.clients.model_use import recorder
from tests.sdk.billed_site import COMPLETION, site
from tests.sdk.clients.model_server import ModelServer
from tests.sdk.recorded import only, recorded
from tests.sdk.served_api import ServedApi, a_key

AGENT = "CategorizationAgent"
MESSAGES: Any = [{"role": "user", "content": "Hello there"}]


@pytest.fixture(scope="module")
def served() -> Iterator[ServedApi]:
    with ServedApi() as api:
        yield api


@pytest.fixture
def far(acme: str, served: ServedApi) -> str:
    """Acme, billed over HTTP from here on."""
    served.serve(application())
    connect(served.url, api_key=a_key(application()))
    return acme


def test_calls_of_an_api_are_recorded_over_http(far: str) -> None:
    with site(far, reads_tokens=True) as client:
        assert client.get("/completion").json() == COMPLETION
        assert client.get("/refuse/500").status_code == 500
    answered, failed = recorded()
    assert (answered["input_tokens"], answered["output_tokens"], answered["model"]) == (30, 12, "gpt-4")
    assert (answered["source"], answered["properties"]["path"]) == ("middleware", "/completion")
    assert (failed["is_error"], failed["properties"]["status"]) == (True, 500)


def test_what_cannot_be_paid_is_refused_over_http_with_the_numbers(far: str) -> None:
    with site(far, feature=AGENT, is_enforcing=True) as client:
        assert client.get("/hello").text == "hello"
        assert BillingManager.charge(far, AGENT, units=49).price.decimal_text == "98.00"
        refused = client.get("/hello")
    assert (refused.status_code, refused.json()["code"]) == (402, "insufficient_funds")
    assert refused.json()["available_credits"] == "0.00"


def test_chats_are_reserved_and_charged_over_http(far: str) -> None:
    client = billed_openai(OpenAI(api_key="sk", http_client=ModelServer().client()), feature="chat")
    with billing_context(organization=far):
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=100)
        list(client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))
        stream = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)
        next(stream)
        del stream
    gc.collect()
    worker.wait()
    assert [event["output_tokens"] for event in recorded()] == [12, 12, 4]
    assert BillingManager.check_limit(far, "chat") == 9_997


def test_messages_on_an_event_loop_are_charged_over_http(far: str) -> None:
    client = billed_anthropic(AsyncAnthropic(api_key="sk", http_client=ModelServer().async_client()), feature="chat")

    async def talk() -> None:
        async with client.messages.stream(model="claude-large", max_tokens=99, messages=MESSAGES) as stream:
            async for _ in stream.text_stream:
                break

    with billing_context(organization=far):
        asyncio.run(talk())
    assert (only()["input_tokens"], only()["properties"]["is_partial"]) == (25, True)


def test_a_call_that_cannot_be_paid_is_refused_over_http_before_the_provider_is_asked(far: str) -> None:
    server = ModelServer()
    client = billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature=AGENT)
    BillingManager.charge(far, AGENT, units=50)
    with billing_context(organization=far), pytest.raises(InsufficientFunds):
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert server.requests == []


def test_chats_that_nobody_has_to_admit_are_recorded_over_http_in_the_background(far: str) -> None:
    plain = OpenAI(api_key="sk", http_client=ModelServer().client())
    client = billed_openai(plain, feature="chat", organization_id=far, is_enforcing=False)
    client.responses.create(model="gpt-5", input="Hello")
    assert recorder.flush(30)
    assert (only()["output_tokens"], only()["reasoning_tokens"]) == (87, 64)
