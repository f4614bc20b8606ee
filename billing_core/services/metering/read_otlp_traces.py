"""Read the calls of models out of an export of traces in OTLP, JSON or protobuf."""

import re
from collections.abc import Callable, Iterator

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.otlp_json import read_json_spans
from billing_core.services.metering.otlp_protobuf import read_protobuf_spans
from billing_core.services.metering.paths import shown
from billing_core.services.metering.span import RefusedSpan, Span, Traces, WireSpan
from billing_core.services.metering.span_attributes import inference_operation

SPANS_MAX = 10_000
ATTRIBUTES_MAX = 1_000
_NANOS_MAX = 2**64 - 1
_NANOS_DIGITS_MAX = 20
_READERS: dict[str, Callable[[bytes], Iterator[WireSpan]]] = {
    "application/json": read_json_spans,
    "application/x-protobuf": read_protobuf_spans,
}
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


def read_otlp_traces(payload: bytes, content_type: str) -> Traces:
    """The calls of models in one export, each with the attributes of its resource.

    Spans that are no call of a model are counted and otherwise not looked at. One that is, and cannot be read, is
    refused by itself. InvalidInput for another content type, for what cannot be decoded, and for over 10,000 spans.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    reader = _READERS.get(media_type)
    if reader is None:
        raise InvalidInput(
            f"The content type is {shown(media_type)}; it must be {' or '.join(_READERS)}.", field="content-type"
        )
    traces = Traces()
    for count, wire in enumerate(reader(payload), start=1):
        if count > SPANS_MAX:
            raise InvalidInput(f"There are more than {SPANS_MAX} spans; send fewer at once.", field="resourceSpans")
        if inference_operation(wire.attributes) is None:
            traces.passed_over += 1
            continue
        try:
            traces.spans.append(_span(wire))
        except InvalidInput as error:
            traces.refused.append(RefusedSpan(wire.path, error))
    return traces


def _span(wire: WireSpan) -> Span:
    if wire.attribute_count > ATTRIBUTES_MAX:
        raise InvalidInput(
            f"The span has {wire.attribute_count} attributes; at most {ATTRIBUTES_MAX} are read.", field="attributes"
        )
    return Span(
        trace_id=_hex_id(wire.trace_id, _TRACE_ID, "traceId", 32),
        span_id=_hex_id(wire.span_id, _SPAN_ID, "spanId", 16),
        start_nanos=_nanos(wire.start, "startTimeUnixNano", least=1),
        end_nanos=_nanos(wire.end or 0, "endTimeUnixNano", least=0),
        has_failed=wire.has_failed,
        attributes=wire.attributes,
    )


def _hex_id(value: object, pattern: re.Pattern[str], field: str, digits: int) -> str:
    text = value.lower() if isinstance(value, str) and len(value) == digits else ""
    if not pattern.fullmatch(text):
        raise InvalidInput(f"{field} is {shown(value)}; it must be {digits} hexadecimal digits.", field=field)
    return text


def _nanos(value: object, field: str, *, least: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _NANOS_DIGITS_MAX:
        value = int(value)
    if type(value) is not int or not least <= value <= _NANOS_MAX:
        raise InvalidInput(f"{field} is {shown(value)}; it must be nanoseconds since 1970.", field=field)
    return value
