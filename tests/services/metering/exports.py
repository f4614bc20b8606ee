"""Exports of traces to test with, in both encodings of OTLP."""

import base64
import json
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from billing_core.services.metering.read_otlp_traces import read_otlp_traces
from billing_core.services.metering.read_span import MeteredSpan, read_span

TRACE_ID, SPAN_ID = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"
START_NANOS = 1_795_176_000_123_456_789  # 2026-11-20 12:00:00.123456789 UTC
JSON, PROTOBUF = "application/json", "application/x-protobuf"

CHAT: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2025-08-07",
    "gen_ai.response.id": "chatcmpl-7",
    "gen_ai.usage.input_tokens": 2006,
    "gen_ai.usage.output_tokens": 300,
}


def attribute(name: str, value: Any) -> dict[str, Any]:
    """An attribute as the JSON encoding writes it: whole numbers as text."""
    match value:
        case bool():
            return {"key": name, "value": {"boolValue": value}}
        case int():
            return {"key": name, "value": {"intValue": str(value)}}
        case float():
            return {"key": name, "value": {"doubleValue": value}}
        case list():
            return {"key": name, "value": {"arrayValue": {"values": [{"stringValue": item} for item in value]}}}
        case _:
            return {"key": name, "value": {"stringValue": value}}


def a_span(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span of 1.83 seconds; `more` overrides its fields, None leaves one out."""
    span = {
        "traceId": TRACE_ID,
        "spanId": SPAN_ID,
        "name": "chat gpt-5",
        "kind": 3,
        "startTimeUnixNano": str(START_NANOS),
        "endTimeUnixNano": str(START_NANOS + 1_830_000_000),
        "attributes": [attribute(name, value) for name, value in attributes.items()],
        **more,
    }
    return {name: value for name, value in span.items() if value is not None}


def an_export(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """An export of these spans from one resource."""
    attributes = [attribute(name, value) for name, value in (resource or {}).items()]
    return {
        "resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]
    }


def as_json(export: Any) -> bytes:
    """The export in the JSON encoding."""
    return json.dumps(export).encode()


def as_protobuf(export: dict[str, Any]) -> bytes:
    """The same export in the protobuf encoding."""
    document = json.loads(json.dumps(export))
    for resource_spans in document["resourceSpans"]:
        for scope_spans in resource_spans["scopeSpans"]:
            for span in scope_spans["spans"]:
                for name in ("traceId", "spanId"):
                    span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    return ParseDict(document, ExportTraceServiceRequest()).SerializeToString()


def the_call(attributes: dict[str, Any], *, resource: dict[str, Any] | None = None, **more: Any) -> MeteredSpan:
    """What is read out of one span, by way of the wire; raises what refuses it."""
    traces = read_otlp_traces(as_json(an_export(a_span(attributes, **more), resource=resource)), JSON)
    for refused in traces.refused:
        raise refused.error
    (span,) = traces.spans
    metered = read_span(span)
    assert metered is not None
    return metered
