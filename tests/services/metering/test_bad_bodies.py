"""What cannot be read is refused with the field at fault and what would be right; nothing else is ever raised."""

import math
from types import MappingProxyType
from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX
from billing_core.services.metering.paths import ENTRIES_MAX
from billing_core.services.metering.read_provider_body import RAW_LENGTH_MAX, read_provider_body

MESSAGE_LENGTH_MAX = 400


def _chat(usage: Any, **more: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "model": "gpt-5", "usage": usage, **more}


def _usage(**more: Any) -> dict[str, Any]:
    return {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8, **more}


def _refusal(body: Any, **said: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_provider_body(body, **said)
    assert len(caught.value.message) < MESSAGE_LENGTH_MAX
    return caught.value


def _kind(value: object) -> str:
    return type(value).__name__


def _nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth):
        inner = {"a": inner}
    return inner


@pytest.mark.parametrize(
    "count",
    [True, "12", "", 12.0, math.nan, math.inf, -1, 10**15 + 1, 10**5000, [], [5], {}, {"a": 1}, "9" * 100_000, b"5"],
    ids=_kind,
)
@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("usage.prompt_tokens", "prompt_tokens"),
        ("usage.completion_tokens", "completion_tokens"),
        ("usage.total_tokens", "total_tokens"),
    ],
)
def test_a_count_that_is_no_whole_number_is_refused(count: Any, field: str, place: str):
    refusal = _refusal(_chat({**_usage(), place: count}))

    assert refusal.field == field
    assert "whole number from 0" in refusal.message


@pytest.mark.parametrize("details", [[], [{"cached_tokens": 5}], "none", 5, True])
def test_details_that_are_no_object_are_refused_rather_than_passed_over(details: Any):
    refusal = _refusal(_chat(_usage(prompt_tokens_details=details)))

    assert refusal.field == "usage.prompt_tokens_details"
    assert "must be an object" in refusal.message


def test_a_count_inside_details_is_named_with_its_whole_path():
    refusal = _refusal(_chat(_usage(prompt_tokens_details={"cached_tokens": "4"})))

    assert refusal.field == "usage.prompt_tokens_details.cached_tokens"


def test_what_was_sent_is_shown_from_its_beginning_and_cut():
    refusal = _refusal(_chat({**_usage(), "prompt_tokens": "0123456789" * 50}))

    assert "'0123456789" in refusal.message
    assert "..." in refusal.message


def test_bounds_themselves_are_allowed():
    body = _chat({"prompt_tokens": COUNT_MAX, "completion_tokens": 0}, model="m" * TEXT_MAX, id="i" * TEXT_MAX)

    call = read_provider_body(body)

    assert call.quantities.input_tokens == COUNT_MAX
    assert (call.model, call.response_id) == ("m" * TEXT_MAX, "i" * TEXT_MAX)


def test_an_answer_without_an_id_has_none():
    assert read_provider_body({"model": "gpt-5", "usage": _usage()}).response_id is None
    assert read_provider_body(_chat(_usage(), id="")).response_id is None


def test_any_mapping_is_an_object():
    details = MappingProxyType({"cached_tokens": 4})
    usage = MappingProxyType(_usage(prompt_tokens_details=details))

    assert read_provider_body(MappingProxyType(_chat(usage))).quantities.cache_read_tokens == 4


@pytest.mark.parametrize("metrics", [None, [], "fast", 5, {"latencyMs": -1}, {"latencyMs": "5"}, {"latencyMs": 1.5}])
def test_a_latency_that_is_none_is_passed_over(metrics: Any):
    body = {"usage": {"inputTokens": 5, "outputTokens": 3}, "metrics": metrics}

    assert read_provider_body(body, model="amazon.nova-pro-v1:0").latency_ms is None


def test_usage_that_is_null_says_when_it_would_not_be():
    refusal = _refusal(_chat(None))

    assert refusal.field == "usage"
    assert "include_usage" in refusal.message


@pytest.mark.parametrize(
    "body",
    [{}, {"error": {"message": "Overloaded"}}, {"model": "gpt-5", "choices": []}, {"response": None}, {"message": []}],
)
def test_a_body_without_usage_is_refused(body: dict[str, Any]):
    assert _refusal(body).field == "usage"


@pytest.mark.parametrize("usage", [{}, {"tokens": 5}, [], [1], "5", 5, _nested(500), {"prompt_tokens": None}])
def test_usage_with_nothing_that_is_known_is_refused(usage: Any):
    assert _refusal(_chat(usage)).field == "usage"


@pytest.mark.parametrize("body", [None, [], "{}", 5, b"{}", True])
def test_a_body_that_is_no_object_is_refused(body: Any):
    assert _refusal(body).field == "body"


@pytest.mark.parametrize(
    ("usage", "field"),
    [
        ({"prompt_tokens": 5}, "usage.completion_tokens"),
        ({"completion_tokens": 5}, "usage.prompt_tokens"),
        ({"input_tokens": 5}, "usage.output_tokens"),
        ({"output_tokens": 5, "cache_read_input_tokens": 4}, "usage.input_tokens"),
        ({"inputTokens": 5}, "usage.outputTokens"),
    ],
)
def test_a_count_that_is_missing_is_named(usage: dict[str, Any], field: str):
    assert _refusal(_chat(usage), model="some-model").field == field


def test_a_count_may_be_missing_where_the_total_shows_that_it_is_zero():
    without_output = read_provider_body(_chat({"prompt_tokens": 5, "total_tokens": 5})).quantities
    without_input = read_provider_body(_chat({"completion_tokens": 3, "total_tokens": 3})).quantities

    assert (without_output.input_tokens, without_output.output_tokens) == (5, 0)
    assert (without_input.input_tokens, without_input.output_tokens) == (0, 3)


def test_gemini_leaves_out_what_is_zero():
    blocked = read_provider_body({"usageMetadata": {"promptTokenCount": 5}}, model="gemini-2.5-pro").quantities

    assert (blocked.input_tokens, blocked.output_tokens) == (5, 0)


@pytest.mark.parametrize("total", [0, 7, 9, 1000])
def test_a_total_that_is_not_input_and_output_is_refused(total: int):
    refusal = _refusal(_chat({"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": total}))

    assert refusal.field == "usage.total_tokens"
    assert str(total) in refusal.message


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 6}}, "input_tokens"),
        ({"prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 3}}, "input_tokens"),
        ({"completion_tokens_details": {"reasoning_tokens": 4}}, "output_tokens"),
    ],
)
def test_a_part_larger_than_what_it_is_part_of_is_refused(details: dict[str, Any], field: str):
    assert _refusal(_chat(_usage(**details))).field == field


def test_an_explicit_zero_is_a_value_and_not_missing():
    told = read_provider_body(_chat(_usage(prompt_tokens_details={"cached_tokens": 0}, prompt_cache_hit_tokens=4)))

    assert told.quantities.cache_read_tokens == 0


def test_details_that_are_null_are_as_good_as_missing():
    usage = _usage(prompt_tokens_details=None, completion_tokens_details={"reasoning_tokens": None})

    assert read_provider_body(_chat(usage)).quantities.tokens == 8


@pytest.mark.parametrize("model", ["", "x" * 201, "gpt\n5", 5, ["gpt-5"], {"name": "gpt-5"}])
def test_a_model_that_is_no_name_is_refused(model: Any):
    assert _refusal({"model": model, "usage": _usage()}).field == "model"


def test_a_body_that_names_no_model_needs_one_from_the_caller():
    converse = {"usage": {"inputTokens": 5, "outputTokens": 3}}

    assert _refusal(converse).field == "model"
    assert read_provider_body(converse, model="amazon.nova-pro-v1:0").model == "amazon.nova-pro-v1:0"


@pytest.mark.parametrize("provider", ["", "x" * 201, "a\tb", 5])
def test_a_provider_that_is_no_name_is_refused(provider: Any):
    assert _refusal(_chat(_usage()), provider=provider).field == "provider"


@pytest.mark.parametrize("identity", [5, "x" * 201, "a\nb", ["a"]])
def test_an_id_that_is_no_text_is_refused(identity: Any):
    assert _refusal(_chat(_usage(), id=identity)).field == "id"


@pytest.mark.parametrize("tier", [5, ["flex"], "x" * 201, ""])
def test_a_service_tier_that_is_no_text_is_refused(tier: Any):
    assert _refusal(_chat(_usage(), service_tier=tier)).field == "service_tier"


@pytest.mark.parametrize(
    "cost", [-0.1, math.nan, math.inf, "much", True, [], {}, 10**5000, 1e300, "1" * 100_000], ids=_kind
)
def test_a_reported_cost_that_is_no_amount_is_refused(cost: Any):
    assert _refusal(_chat(_usage(cost=cost))).field == "usage.cost"


@pytest.mark.parametrize(
    ("cost", "text"), [(0, "0.00"), (0.00014, "0.00014"), (1e-10, "0.00"), ("0.25", "0.25"), (2, "2.00")]
)
def test_a_reported_cost_is_exact_to_the_nano(cost: Any, text: str):
    reported = read_provider_body(_chat(_usage(cost=cost))).reported_cost

    assert reported is not None
    assert reported.decimal_text == text


@pytest.mark.parametrize(
    "odd", [math.nan, object(), {1: 2}, "x" * RAW_LENGTH_MAX, _nested(5_000), _nested(200), [[]] * 200, {"a": {1, 2}}]
)
def test_what_cannot_be_kept_of_the_usage_does_not_stop_the_counting(odd: Any):
    call = read_provider_body(_chat(_usage(odd=odd)))

    assert call.quantities.tokens == 8
    assert "usage" not in call.properties or odd == {1: 2}


@pytest.mark.parametrize("odd", [-3, "7", True, math.nan, [5], {"a": 1}, 10**16, "x\ny"], ids=_kind)
def test_what_no_count_holds_is_kept_only_when_it_is_sound(odd: Any):
    call = read_provider_body(_chat(_usage(num_sources_used=odd)))

    assert "web_sources" not in call.properties or odd == "7"


def test_ten_thousand_fields_and_entries_are_looked_past():
    many = {f"field_{index}": index for index in range(10_000)}
    body = {
        **many,
        "id": "resp_1",
        "model": "gpt-5",
        "output": [{"type": "web_search_call"}] * 10_000,
        "usage": {**many, "input_tokens": 5, "output_tokens": 3, "total_tokens": 8},
    }

    call = read_provider_body(body)

    assert call.quantities.tokens == 8
    assert call.properties == {"web_searches": ENTRIES_MAX}
