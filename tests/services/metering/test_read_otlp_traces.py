"""Exports of traces in both encodings, and what is no export."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.read_otlp_traces import ATTRIBUTES_MAX, SPANS_MAX, read_otlp_traces
from billing_core.services.metering.read_span import read_span
from tests.services.metering.exports import (
    CHAT,
    JSON,
    PROTOBUF,
    START_NANOS,
    TRACE_ID,
    a_span,
    an_export,
    as_json,
    as_protobuf,
)

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 9000}
PROMPT = {"gen_ai.input.messages": "[...]", "gen_ai.response.finish_reasons": ["stop"], "http.method": "POST"}


def _mixed_export() -> dict[str, Any]:
    return an_export(
        a_span({**CHAT, **PROMPT, "openai.response.service_tier": "default"}),
        a_span(AGENT),
        a_span({"http.method": "GET"}),
        a_span({**CHAT, "error.type": "timeout"}, status={"code": 2}),
        resource={"service.name": "shop", "tollbooth.feature": "chat", "telemetry.sdk.language": "python"},
    )


def _refusal(payload: bytes, content_type: str = JSON) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_otlp_traces(payload, content_type)
    assert len(caught.value.message) < 400
    return caught.value


def test_both_encodings_tell_the_same():
    from_json = read_otlp_traces(as_json(_mixed_export()), "application/json; charset=utf-8")
    from_protobuf = read_otlp_traces(as_protobuf(_mixed_export()), PROTOBUF)

    assert from_json == from_protobuf
    assert [read_span(span) for span in from_json.spans] == [read_span(span) for span in from_protobuf.spans]
    assert (len(from_json.spans), from_json.passed_over, from_json.refused) == (2, 2, [])


def test_a_span_has_the_attributes_of_its_resource_and_none_of_what_was_said():
    first, failed = read_otlp_traces(as_protobuf(_mixed_export()), PROTOBUF).spans

    expected = {**CHAT, "openai.response.service_tier": "default", "service.name": "shop", "tollbooth.feature": "chat"}
    assert first.attributes == expected
    assert (first.trace_id, first.start_nanos, first.has_failed) == (TRACE_ID, START_NANOS, False)
    assert failed.has_failed


def test_the_content_type_is_read_whatever_its_case():
    assert len(read_otlp_traces(as_json(an_export(a_span(CHAT))), "Application/JSON").spans) == 1


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/grpc", "application/jsonp", "application"])
def test_other_content_types_are_refused_with_those_that_are_read(content_type: str):
    refusal = _refusal(b"{}", content_type)

    assert refusal.field == "content-type"
    assert "application/x-protobuf" in refusal.message


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe\x00",
        b'{"resourceSpans": NaN}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"resourceSpans": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_json_object_is_refused_as_a_whole(payload: bytes):
    assert _refusal(payload).field == "body"


@pytest.mark.parametrize("payload", [b"\xff", b"{}" * 9, b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x04\x12\x02\x12\x7f"])
def test_what_is_no_protobuf_export_is_refused_as_a_whole(payload: bytes):
    assert _refusal(payload, PROTOBUF).field == "body"


@pytest.mark.parametrize("payload", [as_json({}), as_json({"resourceSpans": []}), as_json(an_export())])
def test_an_export_of_nothing_is_nothing(payload: bytes):
    traces = read_otlp_traces(payload, JSON)

    assert (traces.spans, traces.passed_over, traces.refused) == ([], 0, [])


@pytest.mark.parametrize(
    ("export", "path"),
    [
        ({"resourceSpans": {}}, "resourceSpans"),
        ({"resourceSpans": [7]}, "resourceSpans[0]"),
        ({"resourceSpans": [{"resource": []}]}, "resourceSpans[0].resource"),
        ({"resourceSpans": [{"scopeSpans": "x"}]}, "resourceSpans[0].scopeSpans"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": {}}]}]}, "resourceSpans[0].scopeSpans[0].spans"),
        (an_export({"attributes": {}}), "resourceSpans[0].scopeSpans[0].spans[0].attributes"),
        (an_export({"attributes": ["x"]}), "resourceSpans[0].scopeSpans[0].spans[0].attributes[0]"),
    ],
)
def test_lists_for_objects_and_objects_for_lists_are_named_with_their_path(export: dict[str, Any], path: str):
    assert _refusal(as_json(export)).field == path


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"traceId": "5b8e"}, "traceId"),
        ({"traceId": "0" * 32}, "traceId"),
        ({"traceId": None}, "traceId"),
        ({"traceId": 7}, "traceId"),
        ({"traceId": "W47/95gDgQPSabYzgT/GDA=="}, "traceId"),
        ({"spanId": "xyz19b7ec3c1b174"}, "spanId"),
        ({"spanId": "0" * 16}, "spanId"),
        ({"startTimeUnixNano": None}, "startTimeUnixNano"),
        ({"startTimeUnixNano": "0"}, "startTimeUnixNano"),
        ({"startTimeUnixNano": "yesterday"}, "startTimeUnixNano"),
        ({"startTimeUnixNano": 2**64}, "startTimeUnixNano"),
        ({"startTimeUnixNano": 1.5}, "startTimeUnixNano"),
        ({"startTimeUnixNano": "9" * 4000}, "startTimeUnixNano"),
        ({"endTimeUnixNano": [1]}, "endTimeUnixNano"),
    ],
)
def test_a_call_whose_span_is_malformed_is_refused_alone(fields: dict[str, Any], field: str):
    traces = read_otlp_traces(as_json(an_export(a_span(CHAT), a_span(CHAT, **fields))), JSON)

    assert len(traces.spans) == 1
    (refused,) = traces.refused
    assert (refused.path, refused.error.field) == ("resourceSpans[0].scopeSpans[0].spans[1]", field)


def test_a_malformed_span_that_is_no_call_is_passed_over():
    traces = read_otlp_traces(as_json(an_export(a_span(AGENT, traceId="x"))), JSON)

    assert (traces.spans, traces.passed_over, traces.refused) == ([], 1, [])


def test_times_may_be_numbers_and_ids_in_capitals():
    export = an_export(a_span(CHAT, traceId=TRACE_ID.upper(), startTimeUnixNano=START_NANOS))

    (span,) = read_otlp_traces(as_json(export), JSON).spans
    assert (span.trace_id, span.start_nanos) == (TRACE_ID, START_NANOS)


@pytest.mark.parametrize("encode", [(as_json, JSON), (as_protobuf, PROTOBUF)], ids=["json", "protobuf"])
def test_a_span_of_ten_thousand_attributes_is_refused_alone(encode: Any):
    many = {f"attribute.{index}": index for index in range(10_000)}
    most = dict(list(many.items())[: ATTRIBUTES_MAX - len(CHAT)])
    encoder, content_type = encode

    traces = read_otlp_traces(encoder(an_export(a_span({**CHAT, **many}), a_span({**CHAT, **most}))), content_type)

    assert (len(traces.spans), [refused.error.field for refused in traces.refused]) == (1, ["attributes"])


def test_more_spans_than_can_be_taken_at_once_are_refused_as_a_whole():
    spans = [{}] * SPANS_MAX
    assert read_otlp_traces(as_json(an_export(*spans)), JSON).passed_over == SPANS_MAX

    assert _refusal(as_json(an_export(*spans, {}))).field == "resourceSpans"


@pytest.mark.parametrize(
    "value",
    [None, {}, [], "7", {"arrayValue": {"values": []}}, {"kvlistValue": {}}, {"bytesValue": "AA=="}, {"intValue": []}],
)
def test_an_attribute_without_a_single_value_is_as_good_as_missing(value: Any):
    span = a_span(CHAT)
    span["attributes"] = [
        {"key": item["key"], "value": value if item["key"] == "gen_ai.response.id" else item["value"]}
        for item in span["attributes"]
    ]

    (read,) = read_otlp_traces(as_json(an_export(span)), JSON).spans
    assert "gen_ai.response.id" not in read.attributes


@pytest.mark.parametrize("text", ["", "x", "1e3", "12.0", "٣", "9" * 5000, "--1"])
def test_a_whole_number_of_64_bits_that_is_none_is_refused_by_its_name(text: str):
    span = a_span({**CHAT, "gen_ai.usage.input_tokens": 0})
    span["attributes"] = [
        {**item, "value": {"intValue": text}} if item["key"] == "gen_ai.usage.input_tokens" else item
        for item in span["attributes"]
    ]
    (read,) = read_otlp_traces(as_json(an_export(span)), JSON).spans

    with pytest.raises(InvalidInput) as caught:
        read_span(read)
    assert caught.value.field == "gen_ai.usage.input_tokens"


SCALAR = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
KEYS = st.sampled_from(
    [
        "resourceSpans",
        "resource",
        "scopeSpans",
        "spans",
        "attributes",
        "key",
        "value",
        "stringValue",
        "intValue",
        "status",
    ]
)
ANY_JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)


@given(ANY_JSON)
def test_any_json_is_read_or_refused(document: Any):
    try:
        traces = read_otlp_traces(json.dumps(document).encode(), JSON)
    except InvalidInput:
        traces = None

    assert traces is None or traces.spans == []


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(payload: bytes):
    try:
        traces = read_otlp_traces(payload, PROTOBUF)
    except InvalidInput:
        traces = None

    assert traces is None or traces.spans == []
