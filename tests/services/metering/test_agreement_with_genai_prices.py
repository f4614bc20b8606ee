"""Both come to the same counts where genai-prices reads a kind of body too; where they do not, the reason is known."""

import pytest
from genai_prices import extract_usage

from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.recognise_answer import unwrap
from tests.services.metering.golden import golden

# Golden body, and what genai-prices calls its provider and kind of answer.
READ_ALIKE = [
    ("openai_chat_cached_and_reasoning", "openai", "chat"),
    ("openai_chat_flex_with_sound", "openai", "chat"),
    ("openai_chat_writing_the_cache", "openai", "chat"),
    ("openai_responses_with_searches", "openai", "responses"),
    ("openai_responses_failed", "openai", "responses"),
    ("openai_embeddings", "openai", "embeddings"),
    ("openai_images", "openai", "images"),
    ("azure_chat", "azure", "chat"),
    ("anthropic_messages_cached_and_tools", "anthropic", "default"),
    ("anthropic_messages_fast_and_thinking", "anthropic", "default"),
    ("anthropic_on_bedrock", "aws", "anthropic"),
    ("gemini_thoughts_tools_and_sound", "google", "default"),
    ("gemini_zeros_left_out", "google", "default"),
    ("mistral_chat_cached", "mistral", "default"),
    ("bedrock_converse_cached", "aws", "default"),
    ("openrouter_chat_with_cost", "openrouter", "chat"),
    ("xai_chat_reasoning_beside_the_output", "x-ai", "chat"),
    ("groq_chat", "groq", "default"),
    ("perplexity_deep_research", "perplexity", "default"),
    ("cohere_chat", "cohere", "default"),
    ("cohere_embeddings", "cohere", "embeddings"),
]
READ_OTHERWISE = [
    pytest.param("deepseek_chat_hits_and_misses", "deepseek", "chat", id="it does not read hits and misses"),
    pytest.param("gemini_live", "google", "default", id="it does not read what Live answers"),
    pytest.param("gemini_by_way_of_openai_chat", "google", "chat", id="it leaves out thoughts told in the total only"),
]


def _theirs(name: str, provider: str, flavour: str) -> tuple[int, ...]:
    body = {**unwrap(golden(name).body)[0]}
    body.setdefault("model", golden(name).model)
    usage = extract_usage(body, provider_id=provider, api_flavor=flavour).usage
    counts = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_reasoning_tokens,
    )
    return tuple(int(count or 0) for count in counts)


def _ours(name: str) -> tuple[int, ...]:
    case = golden(name)
    used = read_provider_body(case.body, provider=case.provider, model=case.model).quantities
    return (
        used.input_tokens,
        used.output_tokens,
        used.cache_read_tokens,
        used.cache_write_tokens,
        used.reasoning_tokens,
    )


@pytest.mark.parametrize(("name", "provider", "flavour"), READ_ALIKE)
def test_both_read_the_same_counts_from_a_body(name: str, provider: str, flavour: str):
    assert _ours(name) == _theirs(name, provider, flavour)


@pytest.mark.parametrize(("name", "provider", "flavour"), READ_OTHERWISE)
def test_the_two_still_differ_where_they_are_known_to(name: str, provider: str, flavour: str):
    assert _ours(name) != _theirs(name, provider, flavour)
