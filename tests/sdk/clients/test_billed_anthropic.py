"""The official Anthropic client, billed, against its wire format."""

from typing import Any

import pytest
from anthropic import Anthropic, BadRequestError

from billing_core.domain.errors import InsufficientFunds
from tests.sdk.clients.conftest import Spent, dollars
from tests.sdk.clients.model_server import TEXT, ModelServer
from tests.sdk.recorded import only, recorded

MESSAGES: Any = [{"role": "user", "content": "Hello there"}]


def test_a_message_is_charged_with_its_cached_tokens_as_part_of_the_request(anthropic: Anthropic, spent: Spent) -> None:
    answer = anthropic.messages.create(model="claude-large", max_tokens=100, messages=MESSAGES)
    assert answer.usage.output_tokens == 9
    event = only()
    assert (event["provider"], event["model"]) == ("anthropic", "claude-sonnet-4-5")
    assert (event["input_tokens"], event["cache_read_tokens"], event["cache_write_tokens"]) == (40, 15, 5)
    assert spent() == dollars("0.025") + dollars("0.018")


def test_a_streamed_message_is_charged_when_it_has_been_read(anthropic: Anthropic, spent: Spent) -> None:
    events = list(anthropic.messages.create(model="claude-large", max_tokens=100, messages=MESSAGES, stream=True))
    assert events[-1].type == "message_stop"
    assert (only()["input_tokens"], only()["output_tokens"]) == (25, 15)
    assert "is_partial" not in only()["properties"]
    assert spent() == dollars("0.055")


def test_the_helper_for_streams_is_billed_and_reads_as_ever(anthropic: Anthropic, spent: Spent) -> None:
    with anthropic.messages.stream(model="claude-large", max_tokens=100, messages=MESSAGES) as stream:
        assert "".join(stream.text_stream) == TEXT * 10
        assert stream.get_final_message().usage.output_tokens == 15
    assert spent() == dollars("0.055")


def test_messages_under_trial_are_billed_and_counting_tokens_is_not(anthropic: Anthropic, spent: Spent) -> None:
    anthropic.beta.messages.create(model="claude-large", max_tokens=100, messages=MESSAGES)
    anthropic.messages.count_tokens(model="claude-large", messages=MESSAGES)
    assert (len(recorded()), spent()) == (1, dollars("0.043"))


def test_the_longest_answer_must_be_payable_before_anything_is_asked(
    anthropic: Anthropic, server: ModelServer, spent: Spent
) -> None:
    with pytest.raises(InsufficientFunds):
        anthropic.messages.create(model="claude-large", max_tokens=5_001, messages=MESSAGES)
    with (
        pytest.raises(InsufficientFunds),
        anthropic.messages.stream(model="claude-large", max_tokens=5_001, messages=MESSAGES),
    ):
        pass
    assert (server.requests, recorded(), spent()) == ([], [], 0)


def test_a_refused_request_costs_nothing(anthropic: Anthropic, server: ModelServer, spent: Spent) -> None:
    server.failures = [400]
    with pytest.raises(BadRequestError):
        anthropic.messages.create(model="claude-large", max_tokens=100, messages=MESSAGES)
    assert (only()["is_error"], only()["output_tokens"], spent()) == (True, 0, 0)
