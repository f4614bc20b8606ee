"""The asynchronous clients, billed: read to the end, left, cancelled and dropped."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from anthropic import APIStatusError, AsyncAnthropic
from openai import AsyncOpenAI, AuthenticationError

from billing_core.domain.errors import InsufficientFunds
from billing_core.sdk import use
from billing_core.sdk.afterwards import worker
from billing_core.sdk.clients.model_use import recorder
from billing_core.sdk.in_process import InProcess
from tests.sdk.clients.conftest import Spent, dollars
from tests.sdk.clients.model_server import TEXT, ModelServer
from tests.sdk.recorded import only, recorded

MESSAGES: Any = [{"role": "user", "content": "Hello there"}]
Chat = Callable[[], Coroutine[Any, Any, Any]]


@pytest.fixture
def streamed(async_openai: AsyncOpenAI) -> Chat:
    """A streamed chat that may take $2."""
    return lambda: async_openai.chat.completions.create(
        model="gpt-4o", messages=MESSAGES, stream=True, max_tokens=1_000
    )


def test_chats_at_once_are_each_charged(async_openai: AsyncOpenAI, spent: Spent) -> None:
    async def chat() -> None:
        calls = [
            async_openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=100) for _ in range(8)
        ]
        assert {answer.model for answer in await asyncio.gather(*calls)} == {"gpt-4o-2024-08-06"}

    asyncio.run(chat())
    assert (len(recorded()), spent()) == (8, 8 * dollars("0.044"))


def test_a_call_that_cannot_be_paid_never_reaches_the_provider(
    async_anthropic: AsyncAnthropic, server: ModelServer, spent: Spent
) -> None:
    with pytest.raises(InsufficientFunds):
        asyncio.run(async_anthropic.messages.create(model="claude-large", max_tokens=5_001, messages=MESSAGES))
    assert (server.requests, spent()) == ([], 0)


def test_a_stream_read_to_its_end_is_charged_by_then(streamed: Chat, spent: Spent) -> None:
    async def chat() -> int:
        pieces = [piece async for piece in await streamed()]
        assert only()["output_tokens"] == 12
        return len(pieces)

    assert asyncio.run(chat()) == 11
    assert spent() == dollars("0.054")


def test_a_helper_streams_and_is_charged(async_anthropic: AsyncAnthropic, spent: Spent) -> None:
    async def chat() -> str:
        async with async_anthropic.messages.stream(model="claude-large", max_tokens=99, messages=MESSAGES) as stream:
            return "".join([text async for text in stream.text_stream])

    assert asyncio.run(chat()) == TEXT * 10
    assert spent() == dollars("0.055")


def test_a_stream_that_is_left_is_charged_for_what_arrived(streamed: Chat, server: ModelServer, spent: Spent) -> None:
    async def chat() -> None:
        async with await streamed() as stream:
            async for _ in stream:
                break
        assert only()["output_tokens"] == 4

    asyncio.run(chat())
    assert server.body is not None
    assert server.body.is_closed
    assert (only()["is_error"], spent()) == (False, dollars("0.012"))


def test_a_reader_that_is_cancelled_is_charged_for_what_arrived(streamed: Chat, spent: Spent) -> None:
    async def chat(reading: asyncio.Event) -> None:
        async with await streamed() as stream:
            async for _ in stream:
                reading.set()
                await asyncio.Event().wait()

    async def cancel() -> None:
        reading = asyncio.Event()
        task = asyncio.create_task(chat(reading))
        await reading.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    worker.wait()
    assert (only()["output_tokens"], only()["is_error"]) == (4, False)


def test_a_reader_cancelled_while_the_provider_keeps_silent_is_charged_for_what_arrived(
    streamed: Chat, server: ModelServer, spent: Spent
) -> None:
    async def chat() -> None:
        async for _ in await streamed():
            pass

    async def cancel() -> None:
        server.stalls = asyncio.Event()
        task = asyncio.create_task(chat())
        await server.stalls.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert (only()["output_tokens"], only()["is_error"]) == (12, False)


def test_a_stream_that_is_dropped_is_charged_in_the_background(streamed: Chat, spent: Spent) -> None:
    async def chat() -> None:
        stream = await streamed()
        await anext(stream)
        del stream
        gc.collect()
        await asyncio.to_thread(worker.wait)

    asyncio.run(chat())
    assert only()["output_tokens"] == 4


def test_calls_that_fail_cost_nothing(
    async_openai: AsyncOpenAI, async_anthropic: AsyncAnthropic, server: ModelServer, spent: Spent
) -> None:
    server.failures = [401]
    with pytest.raises(AuthenticationError):
        asyncio.run(async_openai.embeddings.create(model="text-embedding-3-small", input="Hello"))

    async def broken() -> None:
        server.broken_off = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        async with async_anthropic.messages.stream(model="claude-large", max_tokens=9, messages=MESSAGES) as stream:
            await stream.get_final_message()

    with pytest.raises(APIStatusError):
        asyncio.run(broken())
    assert [(event["is_error"], event["input_tokens"]) for event in recorded()] == [(True, 0), (True, 25)]
    assert spent() == 0


def test_an_answer_reaches_its_caller_although_billing_breaks(async_openai: AsyncOpenAI, spent: Spent) -> None:
    class Breaking(InProcess):
        async def finish_async(self, admitted: Any, used: Any = None) -> Any:
            raise ConnectionError("the database is away")

    use(Breaking())
    answer = asyncio.run(async_openai.responses.create(model="gpt-5", input="Hello"))
    assert answer.output_text == "Hello"
    assert recorder.flush(30)
    assert only()["output_tokens"] == 87
