"""The protobuf encoding of OTLP traces, decoded by OpenTelemetry's own generated code."""

from collections.abc import Iterable, Iterator

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.span import AttributeValue, WireSpan
from billing_core.services.metering.span_attributes import span_attributes


def read_protobuf_spans(payload: bytes) -> Iterator[WireSpan]:
    """Every span of an export; InvalidInput for what is no ExportTraceServiceRequest."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(payload)
    except DecodeError as error:
        raise InvalidInput("The body is not a protobuf ExportTraceServiceRequest.", field="body") from error
    for outer, resource_spans in enumerate(request.resource_spans):
        of_resource = _attributes(resource_spans.resource.attributes)
        for inner, scope_spans in enumerate(resource_spans.scope_spans):
            for index, span in enumerate(scope_spans.spans):
                yield WireSpan(
                    path=f"resourceSpans[{outer}].scopeSpans[{inner}].spans[{index}]",
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    has_failed=span.status.code == Status.STATUS_CODE_ERROR,
                    attributes={**of_resource, **_attributes(span.attributes)},
                    attribute_count=len(span.attributes),
                )


def _attributes(entries: Iterable[KeyValue]) -> dict[str, AttributeValue]:
    known, found = span_attributes().known, dict[str, AttributeValue]()
    for entry in entries:
        if entry.key in known:
            value = entry.value
            match value.WhichOneof("value"):
                case "string_value":
                    found[entry.key] = value.string_value
                case "int_value":
                    found[entry.key] = value.int_value
                case "double_value":
                    found[entry.key] = value.double_value
                case "bool_value":
                    found[entry.key] = value.bool_value
                case _:
                    # None of the known attributes is a list, a map or bytes.
                    pass
    return found
