"""Streams that nobody read to the end: what had arrived is charged, and it is charged once."""

import gc
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic, APIStatusError
from openai import APIConnectionError, OpenAI

from billing_core.sdk.afterwards import worker
from tests.sdk.clients.conftest import Spent, dollars
from tests.sdk.clients.model_server import ModelServer
from tests.sdk.recorded import only, recorded

MESSAGES: Any = [{"role": "user", "content": "Hello there"}]
# The request is four tokens by our estimate: 15 characters of it are text.
REQUEST = dollars("0.004")


def _read(stream: Any, pieces: int) -> None:
    for _ in zip(range(pieces), stream, strict=False):
        pass


def test_a_stream_that_is_closed_is_charged_for_the_text_that_arrived(
    openai: OpenAI, server: ModelServer, spent: Spent
) -> None:
    with openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, max_tokens=1_000) as stream:
        _read(stream, 3)
        assert spent() > 2
    assert server.body is not None
    assert server.body.is_closed
    event = only()
    assert (event["input_tokens"], event["output_tokens"], event["is_error"]) == (4, 12, False)
    assert event["properties"] == {"is_partial": True, "tokens_are_estimated": True}
    assert (event["provider"], event["model"]) == ("openai", "gpt-4o")
    assert spent() == REQUEST + dollars("0.024")


def test_a_stream_that_is_closed_twice_and_dropped_is_charged_once(
    openai: OpenAI, spent: Spent, caplog: pytest.LogCaptureFixture
) -> None:
    stream = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)
    _read(stream, 1)
    stream.close()
    stream.close()
    del stream
    gc.collect()
    worker.wait()
    assert (len(recorded()), caplog.records) == (1, [])


def test_a_stream_that_is_dropped_is_charged_in_the_background(openai: OpenAI, spent: Spent) -> None:
    for pieces in (0, 2):
        stream = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, max_tokens=1_000)
        _read(stream, pieces)
        del stream
        gc.collect()
        worker.wait()
    assert [event["output_tokens"] for event in recorded()] == [0, 8]
    assert spent() == 2 * REQUEST + dollars("0.016")


def test_a_helper_that_is_left_is_charged_when_it_closes_the_response(openai: OpenAI, spent: Spent) -> None:
    with openai.chat.completions.stream(model="gpt-4o", messages=MESSAGES) as chat:
        next(iter(chat))
    with openai.responses.stream(model="gpt-5", input="Hello") as response:
        for event in response:
            if event.type == "response.output_text.delta":
                break
    assert [event["output_tokens"] for event in recorded()] == [4, 4]
    assert all(event["properties"]["is_partial"] for event in recorded())


def test_a_message_that_is_left_is_charged_for_the_request_as_told_and_the_text_that_arrived(
    anthropic: Anthropic, spent: Spent
) -> None:
    with anthropic.messages.stream(model="claude-large", max_tokens=500, messages=MESSAGES) as stream:
        for number, _ in enumerate(stream.text_stream):
            if number == 4:
                break
    event = only()
    assert (event["input_tokens"], event["output_tokens"]) == (25, 20)
    assert event["properties"]["is_partial"]
    assert event["properties"]["tokens_are_estimated"]
    assert spent() == dollars("0.065")


def test_a_message_left_at_its_beginning_is_charged_for_what_was_told(anthropic: Anthropic, spent: Spent) -> None:
    stream = anthropic.messages.create(model="claude-large", max_tokens=500, messages=MESSAGES, stream=True)
    next(iter(stream))
    stream.close()
    event = only()
    assert (event["input_tokens"], event["output_tokens"]) == (25, 1)
    assert "tokens_are_estimated" not in event["properties"]
    assert event["properties"]["is_partial"]


def test_a_stream_that_the_provider_breaks_off_costs_nothing_and_what_was_told_is_on_record(
    anthropic: Anthropic, server: ModelServer, spent: Spent
) -> None:
    server.broken_off = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    stream = anthropic.messages.create(model="claude-large", max_tokens=500, messages=MESSAGES, stream=True)
    with pytest.raises(APIStatusError):
        _read(stream, 100)
    event = only()
    assert (event["is_error"], event["input_tokens"], event["output_tokens"]) == (True, 25, 12)
    assert spent() == 0


def test_a_connection_that_breaks_costs_nothing(openai: OpenAI, server: ModelServer, spent: Spent) -> None:
    server.broken_off = httpx2.ReadError("gone")
    stream = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)
    with pytest.raises(APIConnectionError):
        _read(stream, 100)
    stream.close()
    assert (only()["is_error"], only()["output_tokens"], spent()) == (True, 20, 0)


def test_what_the_reader_raises_over_a_piece_is_his_own_error(openai: OpenAI, spent: Spent) -> None:
    def read() -> None:
        with openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True) as stream:
            for _ in stream:
                raise KeyError("the reader's")

    with pytest.raises(KeyError):
        read()
    assert (only()["is_error"], only()["output_tokens"]) == (False, 4)
