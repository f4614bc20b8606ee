"""What streams tell of their usage, to the end and broken off."""

from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import Quantities
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.stream_usage import StreamUsage
from tests.services.metering.golden import all_golden, golden

Chunks = list[dict[str, Any]]


def _gathered(chunks: Chunks, **said: str) -> MeteredCall:
    stream = StreamUsage(**said)
    for chunk in chunks:
        stream.add(chunk)
    return stream.metered()


def _chat_chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "chatcmpl-s",
        "object": "chat.completion.chunk",
        "model": "gpt-5-2025-08-07",
        "service_tier": "flex",
        "choices": choices,
        **more,
    }


CHAT_USAGE = {
    "prompt_tokens": 50,
    "completion_tokens": 20,
    "total_tokens": 70,
    "prompt_tokens_details": {"cached_tokens": 32},
}
CHAT = [
    _chat_chunk({"role": "assistant", "content": ""}, usage=None),
    _chat_chunk({"content": "Yes"}, usage=None),
    _chat_chunk({}, "stop", usage=None),
    _chat_chunk(None, usage=CHAT_USAGE),
]
RESPONSES = [
    {
        "type": "response.created",
        "response": {"id": "resp_s", "model": "gpt-5", "status": "in_progress", "usage": None},
    },
    {"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Yes"},
    {
        "type": "response.completed",
        "response": {
            "id": "resp_s",
            "model": "gpt-5-2025-08-07",
            "status": "completed",
            "service_tier": "default",
            "output": [{"type": "web_search_call"}],
            "usage": {
                "input_tokens": 50,
                "input_tokens_details": {"cached_tokens": 32},
                "output_tokens": 20,
                "output_tokens_details": {"reasoning_tokens": 8},
                "total_tokens": 70,
            },
        },
    },
]
ANTHROPIC = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_s",
            "type": "message",
            "model": "claude-sonnet-4-5",
            "content": [],
            "stop_reason": None,
            "usage": {
                "input_tokens": 10,
                "cache_creation_input_tokens": 300,
                "cache_read_input_tokens": 90,
                "output_tokens": 1,
                "service_tier": "standard",
            },
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Yes"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 20, "input_tokens": None, "server_tool_use": {"web_search_requests": 1}},
    },
    {"type": "message_stop"},
]


def _gemini_chunk(text: str, usage: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"parts": [{"text": text}]}, **({"finishReason": finish} if finish else {})}],
        "usageMetadata": usage,
        "modelVersion": "gemini-2.5-pro",
        "responseId": "gm_s",
    }


GEMINI = [
    _gemini_chunk("", {"promptTokenCount": 50, "thoughtsTokenCount": 8, "totalTokenCount": 58}),
    _gemini_chunk(
        "Yes", {"promptTokenCount": 50, "thoughtsTokenCount": 8, "candidatesTokenCount": 5, "totalTokenCount": 63}
    ),
    _gemini_chunk(
        ".",
        {"promptTokenCount": 50, "thoughtsTokenCount": 8, "candidatesTokenCount": 12, "totalTokenCount": 70},
        "STOP",
    ),
]
BEDROCK = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "Yes"}, "contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {
        "metadata": {
            "usage": {"inputTokens": 18, "cacheReadInputTokens": 32, "outputTokens": 20, "totalTokens": 70},
            "metrics": {"latencyMs": 812},
        }
    },
]


def test_a_chat_stream_tells_its_usage_in_the_last_chunk():
    call = _gathered(CHAT)

    assert call.quantities == Quantities(input_tokens=50, output_tokens=20, cache_read_tokens=32)
    assert (call.provider, call.model, call.service_tier) == ("openai", "gpt-5-2025-08-07", "flex")
    assert (call.response_id, call.is_partial) == ("chatcmpl-s", False)


def test_a_stream_of_responses_tells_its_usage_when_it_is_completed():
    call = _gathered(RESPONSES)

    assert call.quantities == Quantities(input_tokens=50, output_tokens=20, cache_read_tokens=32, reasoning_tokens=8)
    assert (call.model, call.response_id, call.is_partial) == ("gpt-5-2025-08-07", "resp_s", False)
    assert call.properties["web_searches"] == 1


def test_an_anthropic_stream_tells_input_at_its_start_and_output_at_its_end():
    call = _gathered(ANTHROPIC)

    assert call.quantities == Quantities(
        input_tokens=400, output_tokens=20, cache_read_tokens=90, cache_write_tokens=300
    )
    assert (call.provider, call.model, call.response_id) == ("anthropic", "claude-sonnet-4-5", "msg_s")
    assert (call.service_tier, call.is_partial) == ("standard", False)
    assert call.properties["web_searches"] == 1


def test_of_a_gemini_stream_the_last_chunk_counts():
    call = _gathered(GEMINI)

    assert call.quantities == Quantities(input_tokens=50, output_tokens=20, reasoning_tokens=8)
    assert (call.model, call.response_id, call.is_partial) == ("gemini-2.5-pro", "gm_s", False)


def test_a_bedrock_stream_tells_its_usage_after_the_message():
    call = _gathered(BEDROCK, provider="bedrock", model="amazon.nova-pro-v1:0")

    assert call.quantities == Quantities(input_tokens=50, output_tokens=20, cache_read_tokens=32)
    assert (call.provider, call.latency_ms, call.is_partial) == ("aws", 812, False)


@pytest.mark.parametrize(
    ("chunks", "output_tokens"),
    [(ANTHROPIC[:1], 1), (ANTHROPIC[:4], 1), (GEMINI[:1], 8), (GEMINI[:2], 13)],
    ids=["anthropic at once", "anthropic later", "gemini at once", "gemini later"],
)
def test_a_stream_that_breaks_off_gives_what_it_told_and_says_so(chunks: Chunks, output_tokens: int):
    call = _gathered(chunks)

    assert call.is_partial
    assert call.quantities.output_tokens == output_tokens
    assert call.quantities.input_tokens in (50, 400)


def test_a_stream_that_breaks_off_before_any_output_needs_to_tell_none():
    begin = {"type": "message_start", "message": {"id": "msg_s", "model": "claude", "usage": {"input_tokens": 10}}}

    assert _gathered([begin]).quantities == Quantities(input_tokens=10)
    with pytest.raises(InvalidInput) as caught:
        _gathered([begin, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"x": 1}}])
    assert caught.value.field == "usage.output_tokens"


def test_a_cohere_stream_tells_its_usage_with_the_end_of_the_message():
    end = {
        "type": "message-end",
        "delta": {"finish_reason": "COMPLETE", "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 9}}},
    }
    start = {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}}

    call = _gathered([start, end], model="command-a-03-2025")

    assert call.quantities == Quantities(input_tokens=5, output_tokens=9)
    assert (call.provider, call.response_id, call.is_partial) == ("cohere", "c1", False)


@pytest.mark.parametrize("chunks", [CHAT[:3], RESPONSES[:2], BEDROCK[:3], []])
def test_a_stream_that_told_no_usage_is_refused_with_what_to_ask_for(chunks: Chunks):
    stream = StreamUsage()
    for chunk in chunks:
        stream.add(chunk)

    assert not stream.has_usage
    with pytest.raises(InvalidInput, match="include_usage") as caught:
        stream.metered()
    assert caught.value.field == "usage"


def test_usage_that_is_told_again_and_again_is_complete_only_with_the_end():
    running = [
        _chat_chunk({"content": "a"}, usage={"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}),
        _chat_chunk({"content": "b"}, usage={"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}),
        _chat_chunk({}, "stop", usage={"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}),
    ]

    assert (_gathered(running[:2]).is_partial, _gathered(running[:2]).quantities.output_tokens) == (True, 2)
    assert (_gathered(running).is_partial, _gathered(running).quantities.output_tokens) == (False, 3)


def test_usage_inside_the_last_choice_and_of_groq_is_found_too():
    usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    moonshot = {"id": "m", "model": "kimi-k2", "choices": [{"index": 0, "finish_reason": "stop", "usage": usage}]}
    groq = {"id": "g", "model": "llama", "choices": [{"finish_reason": "stop"}], "x_groq": {"id": "r", "usage": usage}}

    assert _gathered([moonshot]).provider == "moonshotai"
    assert _gathered([groq]).provider == "groq"
    for chunk in (moonshot, groq):
        assert _gathered([chunk]).quantities == Quantities(input_tokens=5, output_tokens=3)
        assert not _gathered([chunk]).is_partial


@pytest.mark.parametrize("name", [case.name for case in all_golden() if "batch" not in case.name])
def test_a_whole_body_is_a_stream_of_one_piece(name: str):
    case = golden(name)
    stream = StreamUsage(provider=case.provider, model=case.model)
    stream.add(case.body)

    told, whole = stream.metered(), read_provider_body(case.body, provider=case.provider, model=case.model)
    assert (told.quantities, told.provider, told.model) == (whole.quantities, whole.provider, whole.model)
    assert (told.response_id, told.service_tier, told.is_error) == (
        whole.response_id,
        whole.service_tier,
        whole.is_error,
    )


@pytest.mark.parametrize(
    "odd", [None, 7, "text", [], {}, {"usage": 3}, {"usage": []}, {"choices": 5}, {"response": [1]}, {"message": {}}]
)
def test_an_odd_piece_changes_nothing_and_stops_nothing(odd: Any):
    stream = StreamUsage()
    for chunk in CHAT:
        stream.add(odd)
        stream.add(chunk)
    stream.add(odd)

    assert stream.metered() == _gathered(CHAT)
