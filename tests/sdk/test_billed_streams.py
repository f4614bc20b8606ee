"""What a stream costs: one that ends, one that breaks, and one that its consumer leaves."""

import asyncio
import gc
import inspect
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, closing

import pytest

from billing_core.domain.errors import InsufficientFunds
from billing_core.domain.usage import Quantities
from billing_core.sdk import BillingManager, billing_context, billing_required
from billing_core.sdk.afterwards import worker

AGENT = "CategorizationAgent"


@billing_required(AGENT, units=10, measure=lambda word: Quantities(units=len(word)))
def words(*said: str) -> Generator[str]:
    for word in said:
        if not word:
            raise KeyError("nothing to say")
        yield word


@billing_required(AGENT, units=10, measure=lambda word: Quantities(units=len(word)))
async def words_async(*said: str) -> AsyncGenerator[str]:
    for word in said:
        if not word:
            raise KeyError("nothing to say")
        yield word


def test_a_stream_is_charged_when_it_ends_for_what_its_last_item_tells(acme: str) -> None:
    with billing_context(organization=acme):
        assert list(words("a", "bb")) == ["a", "bb"]
    assert BillingManager.get_credits(acme) == 96


def test_nothing_happens_before_the_first_item_is_asked_for(acme: str) -> None:
    with billing_context(organization="org_nobody"):
        stream = words("a")
    with billing_context(organization=acme):
        assert next(stream) == "a"
    stream.close()


def test_a_stream_that_nothing_covers_yields_nothing(acme: str) -> None:
    BillingManager.charge(acme, AGENT, units=41)
    with billing_context(organization=acme), pytest.raises(InsufficientFunds):
        next(words("a"))


def test_a_stream_that_breaks_is_not_charged(acme: str) -> None:
    with billing_context(organization=acme), pytest.raises(KeyError):
        list(words("a", ""))
    assert BillingManager.get_credits(acme) == 100


def test_a_stream_left_after_an_item_is_charged_for_what_was_told_so_far(acme: str) -> None:
    with billing_context(organization=acme):
        for _ in words("a", "bb", "ccc"):
            break
    gc.collect()
    worker.wait()
    assert BillingManager.get_credits(acme) == 98


def test_a_stream_left_before_anything_was_delivered_is_not_charged(acme: str) -> None:
    @billing_required(AGENT, units=50)
    def stream() -> Generator[str]:
        yield "never"

    with billing_context(organization=acme):
        never_begun = stream()
    never_begun.close()
    worker.wait()
    assert BillingManager.charge(acme, AGENT, units=50).credits


def test_a_stream_can_be_spoken_to_and_answers_at_its_end(acme: str) -> None:
    @billing_required(AGENT)
    def echo() -> Generator[str, str, str]:
        heard = "nothing"
        try:
            while heard != "stop":
                heard = yield heard
        except KeyError:
            yield "caught"
        return "the end"

    with billing_context(organization=acme), closing(echo()) as talk:
        assert next(talk) == "nothing"
        assert talk.send("hello") == "hello"
        assert talk.throw(KeyError()) == "caught"
        with pytest.raises(StopIteration) as end:
            next(talk)
    assert end.value.value == "the end"
    assert BillingManager.get_credits(acme) == 98


def test_what_was_a_generator_function_still_is() -> None:
    assert inspect.isgeneratorfunction(words)
    assert inspect.isasyncgenfunction(words_async)


def test_an_asynchronous_stream_is_charged_when_it_ends(acme: str) -> None:
    async def read() -> list[str]:
        with billing_context(organization=acme):
            return [word async for word in words_async("a", "bb")]

    assert asyncio.run(read()) == ["a", "bb"]
    assert BillingManager.get_credits(acme) == 96


def test_an_asynchronous_stream_that_breaks_is_not_charged(acme: str) -> None:
    async def read() -> None:
        with billing_context(organization=acme), pytest.raises(KeyError):
            async for _ in words_async("a", ""):
                pass

    asyncio.run(read())
    assert BillingManager.get_credits(acme) == 100


def test_an_asynchronous_stream_that_is_closed_after_an_item_is_charged(acme: str) -> None:
    async def read() -> None:
        with billing_context(organization=acme):
            async with aclosing(words_async("a", "bb")) as stream:
                async for _ in stream:
                    break

    asyncio.run(read())
    assert BillingManager.get_credits(acme) == 98


def test_an_asynchronous_stream_that_is_dropped_is_charged(acme: str) -> None:
    async def read() -> None:
        with billing_context(organization=acme):
            async for _ in words_async("a", "bb"):
                break

    asyncio.run(read())
    assert BillingManager.get_credits(acme) == 98


@pytest.mark.parametrize(("said", "credits_left"), [(["a"], 98), ([], 100)])
def test_a_consumer_that_is_cancelled_has_used_what_it_got(acme: str, said: list[str], credits_left: int) -> None:
    waiting = asyncio.Event()

    @billing_required(AGENT, units=1)
    async def endless() -> AsyncGenerator[str]:
        for word in said:
            yield word
        waiting.set()
        await asyncio.Event().wait()

    async def consume() -> None:
        with billing_context(organization=acme):
            async for _ in endless():
                pass

    async def cancelled() -> None:
        task = asyncio.create_task(consume())
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert BillingManager.get_credits(acme) == credits_left


def test_an_asynchronous_stream_can_be_spoken_to(acme: str) -> None:
    @billing_required(AGENT)
    async def echo() -> AsyncGenerator[str, str]:
        heard = "nothing"
        try:
            while True:
                heard = yield heard
        except KeyError:
            yield "caught"

    async def talk() -> list[str]:
        with billing_context(organization=acme):
            stream = echo()
            said = [await anext(stream), await stream.asend("hello"), await stream.athrow(KeyError())]
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
            return said

    assert asyncio.run(talk()) == ["nothing", "hello", "caught"]
    assert BillingManager.get_credits(acme) == 98
