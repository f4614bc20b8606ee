"""What OpenTelemetry's exporters send: spans of model calls, charged once each, answered as the protocol says."""

import gzip
import json
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from billing_core.api.routers.otlp import UNPACKED_BYTES_MAX
from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

TRACES = "/api/v1/otlp/v1/traces"
JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}
STARTED = 1_795_172_400_000_000_000  # 2026-11-20T11:00:00Z


def a_span(number: int, **attributes: object) -> dict[str, Any]:
    told: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.usage.input_tokens": 374,
        "gen_ai.usage.output_tokens": 44,
        "tollbooth.feature": "generate_content",
    }
    told |= {name.replace("__", "."): value for name, value in attributes.items()}
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": f"{number:016x}",
        "startTimeUnixNano": str(STARTED),
        "endTimeUnixNano": str(STARTED + 1_830_000_000),
        "attributes": [
            {"key": name, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
            for name, value in told.items()
            if value is not None
        ],
    }


def export_of(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def as_protobuf(export: dict[str, Any]) -> bytes:
    document = json.loads(json.dumps(export))
    for span in document["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId"):  # hex in OTLP's JSON, base64 in protobuf's own
            span[name] = ""
    request = json_format.ParseDict(document, ExportTraceServiceRequest())
    of_json = export["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for span, sent in zip(request.resource_spans[0].scope_spans[0].spans, of_json, strict=True):
        span.trace_id, span.span_id = bytes.fromhex(sent["traceId"]), bytes.fromhex(sent["spanId"])
    return request.SerializeToString()


def credits_left(api: Api) -> str:
    return api.get("/api/v1/billing/balance").json()["credits"]


def test_a_call_is_charged_once_however_often_and_in_whichever_encoding_it_is_exported(api: Api) -> None:
    export = export_of(a_span(1))
    for _ in range(2):
        answer = api.post(TRACES, content=json.dumps(export), headers=JSON)
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "application/json", b"{}")
    packed = gzip.compress(as_protobuf(export))
    answer = api.post(TRACES, content=packed, headers=PROTOBUF | {"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-protobuf")
    assert answer.content == b""
    assert credits_left(api) == "5.00"


def test_spans_that_are_no_call_of_a_model_are_passed_over(api: Api) -> None:
    export = export_of(a_span(1, gen_ai__operation__name="invoke_agent"), a_span(2, gen_ai__operation__name=None))
    assert api.post(TRACES, json=export).json() == {}
    assert credits_left(api) == "15.00"


REFUSED = (
    a_span(1, tollbooth__feature="nothing"),
    a_span(2, tollbooth__feature=None),
    a_span(3, gen_ai__usage__input_tokens=-1),
    a_span(4) | {"traceId": "0" * 32},
    a_span(5, tollbooth__organization="org_none"),
    a_span(6, tollbooth__department="dep_none"),
)


def test_what_cannot_be_charged_is_a_partial_success_and_disturbs_no_other(api: Api) -> None:
    partial = api.post(TRACES, json=export_of(*REFUSED, a_span(7))).json()["partialSuccess"]
    assert partial["rejectedSpans"] == "6"
    assert "Span 0000000000000005: There is no organization 'org_none'." in partial["errorMessage"]
    assert partial["errorMessage"].endswith("And 1 more.")
    assert credits_left(api) == "5.00"


def test_a_partial_success_is_told_in_protobuf_too(api: Api) -> None:
    answer = api.post(TRACES, content=as_protobuf(export_of(*REFUSED[:2], a_span(7))), headers=PROTOBUF)
    told = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert told.rejected_spans == 2
    assert "tollbooth.feature" in told.error_message


def test_the_feature_of_spans_that_name_none_may_stand_in_the_address(api: Api) -> None:
    export = export_of(a_span(1, tollbooth__feature=None))
    assert api.post(TRACES, json=export, params={"feature": "generate_content"}).json() == {}
    assert credits_left(api) == "5.00"
    assert api.post(TRACES, json=export, params={"feature": ""}).status_code == 422


def test_an_operator_exports_for_the_organizations_that_the_spans_name(api: Api, product: Product) -> None:
    other = product.organization("Contoso Labs", credits="20")
    api.as_(api.key(None, ApiScope.CHARGE))
    export = export_of(a_span(1, tollbooth__organization=other), a_span(2))
    assert api.post(TRACES, json=export).json()["partialSuccess"]["rejectedSpans"] == "1"
    api.as_(api.key(other))
    assert credits_left(api) == "10.00"


@pytest.mark.parametrize(
    ("content", "headers", "status", "field"),
    [
        (b"{", {}, 400, "body"),
        (b"[]", {}, 400, "body"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "content-type"),
        (b"{}", {"Content-Encoding": "br"}, 415, "content-encoding"),
        (b"{}", {"Content-Encoding": "gzip"}, 400, "content-encoding"),
        (gzip.compress(b"{}", mtime=0)[:-1], {"Content-Encoding": "gzip"}, 400, "content-encoding"),
        (gzip.compress(b"{}", mtime=0) + b"x", {"Content-Encoding": "gzip"}, 400, "content-encoding"),
        (gzip.compress(b" " * (UNPACKED_BYTES_MAX + 1)), {"Content-Encoding": "gzip"}, 413, None),
    ],
)
def test_what_is_no_export_is_refused(
    api: Api, content: bytes, headers: dict[str, str], status: int, field: str | None
) -> None:
    answer = api.post(TRACES, content=content, headers=JSON | headers)
    assert (answer.status_code, answer.json().get("field")) == (status, field)
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_sends_protobuf_is_refused_in_protobuf(api: Api) -> None:
    answer = api.post(TRACES, content=b"\xff", headers=PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/x-protobuf")
    # A google.rpc.Status has its message where a partial success has it.
    told = ExportTracePartialSuccess.FromString(answer.content)
    assert told.error_message == "The body is not a protobuf ExportTraceServiceRequest."
    stranger = api.as_(None).post(TRACES, content=b"", headers=PROTOBUF)
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")


def test_an_answer_that_is_no_text_is_not_kept_under_its_key(api: Api) -> None:
    body = as_protobuf(export_of(*REFUSED))
    headers = PROTOBUF | {"Idempotency-Key": "export-7"}
    first, again = (api.post(TRACES, content=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
