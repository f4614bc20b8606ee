"""POST /v1/otlp/v1/traces: spans of model calls as OpenTelemetry's exporters send them (OTLP/HTTP 1.x).

An exporter is pointed here with OTEL_EXPORTER_OTLP_ENDPOINT=.../api/v1/otlp and the key in OTEL_EXPORTER_OTLP_HEADERS.
A span that cannot be charged is told as a partial success, which no exporter sends again; what it does send again
(429, 502, 503, 504) is safe to repeat, since a call counts once.
"""

import zlib
from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from pydantic_core import from_json, to_json
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from billing_core.api.conventions.authentication import authenticate
from billing_core.api.conventions.direct_route import DirectRoute
from billing_core.api.conventions.house import House, house_of
from billing_core.api.conventions.problems import (
    MalformedBody,
    UnsupportedMediaType,
    error_answers,
    problem_answer,
)
from billing_core.api.routers.events import ORGANIZATION, organization_asked
from billing_core.api.routers.events_charged import count_results
from billing_core.api.routers.events_sent import Sender
from billing_core.api.routers.otlp_described import ANSWERED, FEATURE, JSON, PROTOBUF, REQUEST_BODY
from billing_core.domain.errors import BillingError, InvalidInput, NotFound
from billing_core.domain.usage import UsageEvent, check_text
from billing_core.services.charging.charge_events import Charged
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.metering.read_otlp_traces import read_otlp_traces
from billing_core.services.metering.read_span import read_span
from billing_core.services.metering.span import Span

UNPACKED_BYTES_MAX = 16 * 1024 * 1024
# So many at most keep other writers waiting.
CHARGED_AT_ONCE = 1_000
REASONS_TOLD = 5
_GZIP = 16 + zlib.MAX_WBITS
router = APIRouter(tags=["Events"], route_class=DirectRoute)


@router.post(
    "/v1/otlp/v1/traces",
    summary="Record the model calls of an OpenTelemetry export",
    responses={200: ANSWERED, **error_answers(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)},
    openapi_extra={"parameters": [ORGANIZATION, FEATURE], "requestBody": REQUEST_BODY},
)
async def export(request: Request) -> Response:
    """Charge what the inference spans of an OTLP export used; other spans are passed over.

    JSON or protobuf, plain or gzip, answered in the encoding it came in. A call that is exported again counts once.
    The feature is the span's `tollbooth.feature` (or its resource's), member, department and run likewise.
    """
    is_protobuf = _media_type(request) == PROTOBUF
    try:
        rejected = await _export(request)
    except (BillingError, HTTPException) as error:
        return _as_status(problem_answer(request, error)) if is_protobuf else problem_answer(request, error)
    return _answer(rejected, is_protobuf=is_protobuf)


async def _export(request: Request) -> Sequence[str]:
    """Take the spans in; returns why each of those that could not be was not."""
    sender = Sender(await authenticate(request), organization_asked(request))
    sender.check()
    feature = request.query_params.get("feature")
    if feature is not None:
        check_text(feature, "feature")
    media_type = _media_type(request)
    if media_type not in (JSON, PROTOBUF):
        raise UnsupportedMediaType(f"Send traces as {PROTOBUF} or {JSON}.", field="content-type")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise UnsupportedMediaType("Send traces plain or packed with gzip.", field="content-encoding")
    body = await request.body()
    return await run_in_threadpool(
        _charge, house_of(request), sender, feature, body, media_type, is_packed=coding == "gzip"
    )


def _charge(
    house: House, sender: Sender, feature: str | None, body: bytes, media_type: str, *, is_packed: bool
) -> Sequence[str]:
    try:
        traces = read_otlp_traces(_unpacked(body) if is_packed else body, media_type)
    except InvalidInput as error:
        raise MalformedBody(error.message, field=error.field) from error
    rejected = [f"{refused.path}: {refused.error.message}" for refused in traces.refused]
    spans: list[Span] = []
    requests: list[ChargeRequest] = []
    for span in traces.spans:
        try:
            event = _event(span, sender, feature)
        except (InvalidInput, NotFound) as error:
            rejected.append(_reason(span, error))
        else:
            spans.append(span)
            requests.append(ChargeRequest(event, admit=False))
    house.measurements.count_events("rejected", len(rejected))
    for start in range(0, len(spans), CHARGED_AT_ONCE):
        part = slice(start, start + CHARGED_AT_ONCE)
        outcomes = cast("Sequence[Charged]", house.application.charges.charge_many(requests[part]))
        count_results(house.measurements, outcomes)
        rejected += [
            _reason(span, outcome)
            for span, outcome in zip(spans[part], outcomes, strict=True)
            if isinstance(outcome, BillingError)
        ]
    return rejected


def _event(span: Span, sender: Sender, feature: str | None) -> UsageEvent:
    call = read_span(span)
    assert call is not None
    organization_id = sender.organization(call.organization)
    return call.event(organization_id=organization_id, feature=feature, api_key_id=sender.caller.api_key_id)


def _reason(span: Span, error: BillingError) -> str:
    return f"Span {span.span_id}: {error.message}"


def _unpacked(body: bytes) -> bytes:
    """The body unpacked, as far as it is no longer than may be held; HTTPException 413, MalformedBody."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, UNPACKED_BYTES_MAX)
    except zlib.error as error:
        raise MalformedBody("The body is not packed with gzip.", field="content-encoding") from error
    if unpacker.unconsumed_tail:
        raise HTTPException(413)
    if not unpacker.eof or unpacker.unused_data:
        raise MalformedBody("The packed body is cut off, or something follows it.", field="content-encoding")
    return unpacked


def _answer(rejected: Sequence[str], *, is_protobuf: bool) -> Response:
    told = " ".join(rejected[:REASONS_TOLD])
    if len(rejected) > REASONS_TOLD:
        told += f" And {len(rejected) - REASONS_TOLD} more."
    if not is_protobuf:
        # Whole numbers of 64 bits are text in the JSON that protobuf defines.
        partial = {"partialSuccess": {"rejectedSpans": str(len(rejected)), "errorMessage": told}}
        return Response(to_json(partial if rejected else {}), media_type=JSON)
    message = ExportTraceServiceResponse()
    if rejected:
        message.partial_success.rejected_spans = len(rejected)
        message.partial_success.error_message = told
    return Response(message.SerializeToString(), media_type=PROTOBUF)


def _as_status(answer: Response) -> Response:
    """The problem as OTLP wants it of who is answered in protobuf: a google.rpc.Status with its message.

    Its field 2 is text, as the error message of a partial success, of which no other field is written here.
    """
    status = ExportTracePartialSuccess(error_message=from_json(bytes(answer.body))["title"])
    headers = {name: answer.headers[name] for name in ("retry-after", "www-authenticate") if name in answer.headers}
    return Response(status.SerializeToString(), answer.status_code, headers, media_type=PROTOBUF)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", PROTOBUF).partition(";")[0].strip().lower()
