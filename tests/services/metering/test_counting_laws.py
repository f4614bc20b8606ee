"""What holds for every body: the same use is read the same whoever tells it, and nothing but InvalidInput is raised."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import COUNT_MAX, Quantities
from billing_core.services.metering.body_shapes import body_shapes
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.stream_usage import StreamUsage

COUNT = st.integers(0, 10**12)
USED = st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT)


@given(USED)
def test_the_same_use_is_read_the_same_from_every_provider_that_tells_all_of_it(used: tuple[int, ...]):
    fresh, read, written, said, thought = used
    whole_input, whole_output = fresh + read + written, said + thought
    total = whole_input + whole_output
    bodies: list[dict[str, Any]] = [
        {
            "usage": {
                "prompt_tokens": whole_input,
                "completion_tokens": whole_output,
                "total_tokens": total,
                "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
                "completion_tokens_details": {"reasoning_tokens": thought},
            }
        },
        {
            "usage": {
                "input_tokens": whole_input,
                "output_tokens": whole_output,
                "total_tokens": total,
                "input_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
                "output_tokens_details": {"reasoning_tokens": thought},
            }
        },
        {
            "usage": {
                "input_tokens": fresh,
                "cache_read_input_tokens": read,
                "cache_creation_input_tokens": written,
                "output_tokens": whole_output,
                "output_tokens_details": {"thinking_tokens": thought},
            }
        },
    ]

    expected = Quantities(
        input_tokens=whole_input,
        output_tokens=whole_output,
        cache_read_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=thought,
    )
    for body in bodies:
        assert read_provider_body(body, model="m").quantities == expected


@given(USED, st.booleans())
def test_gemini_counts_thoughts_as_output_and_what_tools_sent_as_input(used: tuple[int, ...], in_snake_case: bool):
    prompt, tools, cached, said, thought = used
    counts = {
        "promptTokenCount": prompt + cached,
        "cachedContentTokenCount": cached,
        "toolUsePromptTokenCount": tools,
        "candidatesTokenCount": said,
        "thoughtsTokenCount": thought,
        "totalTokenCount": prompt + cached + tools + said + thought,
    }
    if in_snake_case:
        counts = {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): n for name, n in counts.items()}

    call = read_provider_body({"usage_metadata" if in_snake_case else "usageMetadata": counts}, model="gemini")

    assert call.quantities == Quantities(
        input_tokens=prompt + cached + tools,
        output_tokens=said + thought,
        cache_read_tokens=cached,
        reasoning_tokens=thought,
    )


@given(USED, st.booleans())
def test_bedrock_counts_the_cache_as_input_whether_its_total_does_or_not(used: tuple[int, ...], in_total: bool):
    fresh, read, written, said, _ = used
    usage = {
        "inputTokens": fresh,
        "cacheReadInputTokens": read,
        "cacheWriteInputTokens": written,
        "outputTokens": said,
        "totalTokens": fresh + said + (read + written if in_total else 0),
    }

    call = read_provider_body({"usage": usage}, model="amazon.nova-pro-v1:0")

    assert call.quantities == Quantities(
        input_tokens=fresh + read + written, output_tokens=said, cache_read_tokens=read, cache_write_tokens=written
    )


@given(COUNT, COUNT, COUNT)
def test_reasoning_is_counted_once_whether_it_lies_in_the_output_or_beside_it(prompt: int, said: int, thought: int):
    def usage(completion: int) -> dict[str, Any]:
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + said + thought,
            "completion_tokens_details": {"reasoning_tokens": thought},
        }

    inside, beside = (
        read_provider_body({"model": "m", "usage": usage(count)}).quantities for count in (said + thought, said)
    )

    assert inside == beside
    assert (inside.output_tokens, inside.reasoning_tokens) == (said + thought, thought)


NAMES = sorted(
    {key for shape in body_shapes().shapes for key in shape.known_by}
    | {
        key
        for shape in body_shapes().shapes
        for expression in (shape.input, shape.output, shape.cache_read, shape.reasoning, shape.total)
        for term in expression
        for path in term
        for key in path
    }
    | {"usage", "usageMetadata", "model", "id", "response", "choices", "service_tier", "cost", "output", "type"}
)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-5, 50)
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just(COUNT_MAX + 1)
)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
BODY = st.fixed_dictionaries({}, optional=dict.fromkeys(("usage", "usageMetadata", "model", "id", "response"), JSON))


def _read_or_refused(read: Callable[[], MeteredCall]) -> Quantities | InvalidInput:
    try:
        return read().quantities
    except InvalidInput as error:
        return error


@given(BODY)
def test_any_json_is_read_or_refused_and_what_is_read_keeps_the_law(body: dict[str, Any]):
    stream = StreamUsage(model="m")
    stream.add(body)
    for used in (_read_or_refused(lambda: read_provider_body(body, model="m")), _read_or_refused(stream.metered)):
        if isinstance(used, InvalidInput):
            assert used.field
        else:
            assert used.cache_read_tokens + used.cache_write_tokens <= used.input_tokens
            assert used.reasoning_tokens <= used.output_tokens
            assert min(used.input_tokens, used.output_tokens, used.cache_read_tokens) >= 0
