"""Raw responses of billed clients: read at once, read later, read as a stream, or never."""

import asyncio
import gc
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI

from billing_core.sdk.afterwards import worker
from tests.sdk.clients.conftest import Spent, dollars
from tests.sdk.recorded import only, recorded

MESSAGES: Any = [{"role": "user", "content": "Hello there"}]
CHAT: Any = {"model": "gpt-4o", "messages": MESSAGES}
MESSAGE: Any = {"model": "claude-large", "max_tokens": 100, "messages": MESSAGES}


def test_a_raw_answer_is_charged_with_the_call(openai: OpenAI, anthropic: Anthropic, spent: Spent) -> None:
    assert openai.chat.completions.with_raw_response.create(**CHAT).parse().model == "gpt-4o-2024-08-06"
    assert spent() == dollars("0.044")
    assert anthropic.messages.with_raw_response.create(**MESSAGE).parse().model == "claude-sonnet-4-5"
    assert spent() == dollars("0.044") + dollars("0.043")


def test_a_raw_answer_on_an_event_loop_is_charged_with_the_call(
    async_openai: AsyncOpenAI, async_anthropic: AsyncAnthropic, spent: Spent
) -> None:
    asyncio.run(async_openai.chat.completions.with_raw_response.create(**CHAT))
    asyncio.run(async_anthropic.messages.with_raw_response.create(**MESSAGE))
    assert spent() == dollars("0.044") + dollars("0.043")


def test_an_answer_that_is_read_later_is_charged_when_it_is_closed(openai: OpenAI, spent: Spent) -> None:
    with openai.chat.completions.with_streaming_response.create(**CHAT) as response:
        assert recorded() == []
        assert response.parse().model == "gpt-4o-2024-08-06"
    assert (only()["output_tokens"], spent()) == (12, dollars("0.044"))


def test_on_an_event_loop_too(async_anthropic: AsyncAnthropic, spent: Spent) -> None:
    async def ask() -> None:
        async with async_anthropic.messages.with_streaming_response.create(**MESSAGE) as response:
            assert (await response.parse()).model == "claude-sonnet-4-5"

    asyncio.run(ask())
    assert (only()["output_tokens"], spent()) == (9, dollars("0.043"))


def test_a_stream_made_of_a_raw_response_is_charged_as_any_other(
    openai: OpenAI, anthropic: Anthropic, spent: Spent
) -> None:
    chunks = list(openai.chat.completions.with_raw_response.create(**CHAT, stream=True).parse())
    assert len(chunks) == 11
    assert only()["output_tokens"] == 12
    with anthropic.messages.with_streaming_response.create(**MESSAGE, stream=True) as response:
        events = list(response.parse())
    assert events[-1].type == "message_stop"
    assert [event["output_tokens"] for event in recorded()] == [12, 15]


def test_an_asynchronous_stream_made_of_a_raw_response_too(async_openai: AsyncOpenAI, spent: Spent) -> None:
    async def ask() -> int:
        response = await async_openai.chat.completions.with_raw_response.create(**CHAT, stream=True)
        return len([chunk async for chunk in response.parse()])

    assert asyncio.run(ask()) == 11
    assert only()["output_tokens"] == 12


@pytest.mark.parametrize("is_stream", [False, True])
def test_one_that_is_read_as_bytes_is_charged_for_the_request_and_marked(
    openai: OpenAI, spent: Spent, is_stream: bool
) -> None:
    with openai.chat.completions.with_streaming_response.create(**CHAT, stream=is_stream) as response:
        assert b"gpt-4o" in b"".join(response.iter_bytes())
    assert (only()["input_tokens"], only()["output_tokens"]) == (4, 0)
    assert only()["properties"] == {"is_partial": True, "tokens_are_estimated": True}


def test_one_that_is_dropped_unread_is_charged_for_the_request_and_marked(openai: OpenAI, spent: Spent) -> None:
    openai.chat.completions.with_raw_response.create(**CHAT, stream=True)
    gc.collect()
    worker.wait()
    assert (only()["input_tokens"], only()["properties"]["is_partial"]) == (4, True)
