"""Roughly how many tokens there are, and what a request announces."""

from typing import Any

import pytest

from billing_core.domain.usage import COUNT_MAX, Quantities
from billing_core.sdk.clients.announce import announced
from billing_core.sdk.clients.estimate import characters_answered, characters_in, characters_told, tokens_of
from billing_core.sdk.clients.providers import provider_at
from tests.sdk.clients.model_server import CHAT, MESSAGE, RESPONSE, TEXT, message_events, response_events


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (4_000, 1_000)])
def test_four_characters_are_a_token(characters: int, tokens: int) -> None:
    assert tokens_of(characters) == tokens


@pytest.mark.parametrize(
    "content",
    [
        "Hello",
        [{"type": "", "text": "Hello"}, {"type": "", "image_url": {"url": "data:image/png;base64," + "A" * 9_999}}],
        [{"text": "Hello"}, {"input_audio": {"data": "A" * 9_999}}, {"source": {"type": "base64", "data": "A" * 99}}],
        ("He", "llo", 7, None, b"bytes"),
    ],
)
def test_only_text_is_counted_in_a_request(content: Any) -> None:
    assert characters_in({"role": "", "content": content}) == 5


def test_a_request_announces_its_model_and_the_most_it_may_be_answered_with() -> None:
    said = announced({"model": "gpt-4o", "input": "Hello", "max_output_tokens": 50, "n": 3, "user": "x" * 999})
    assert said == ("gpt-4o", Quantities(input_tokens=2, output_tokens=150), True)


@pytest.mark.parametrize("maximum", [None, 0, -1, True, "100", 1.5, object()])
def test_without_a_maximum_only_the_request_is_announced(maximum: Any) -> None:
    said = announced({"model": object(), "messages": ["Hello"], "max_tokens": maximum, "n": maximum})
    assert said == (None, Quantities(input_tokens=2), False)


def test_a_maximum_beyond_all_counts_is_the_greatest_count() -> None:
    assert announced({"max_tokens": 10**30, "n": 10**9}).quantities.output_tokens == COUNT_MAX


def test_the_text_of_each_piece_is_counted_once() -> None:
    assert sum(characters_told(event) for event in message_events(3)) == 3 * len(TEXT)
    assert sum(characters_told(event) for event in response_events()) == len(TEXT)
    calls = [{"index": 0, "function": {"name": "f", "arguments": '{"a"'}}]
    assert characters_told({"choices": [{"delta": {"content": None, "tool_calls": calls, "refusal": "No"}}]}) == 6
    assert characters_told({"choices": [{"text": "old"}, {"delta": {"reasoning_content": "Hm"}}]}) == 5
    assert characters_told({"type": "content_block_delta", "delta": {"partial_json": "{}", "type": "x"}}) == 2
    for odd in ({}, {"choices": 7}, {"choices": None}, {"type": "x.delta"}, {"type": "x.delta", "delta": 7}):
        assert characters_told(odd) == 0


def test_the_text_of_a_whole_answer_is_counted() -> None:
    assert [characters_answered(answer) for answer in (CHAT, MESSAGE, RESPONSE, {})] == [8, 5, 5, 0]


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("https://api.openai.com/v1/", "openai"),
        ("https://API.DeepSeek.com", "deepseek"),
        ("https://my-own.openai.azure.com/openai/", "azure"),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", "aws"),
        ("https://europe-west1-aiplatform.googleapis.com/v1", "google"),
        ("http://127.0.0.1:8000/v1", None),
        ("https://api.openai.com.example.org", None),
        ("", None),
    ],
)
def test_providers_are_known_by_their_address(address: str, provider: str | None) -> None:
    assert provider_at(address) == provider
