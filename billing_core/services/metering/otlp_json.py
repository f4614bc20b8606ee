"""The JSON encoding of OTLP traces: camelCase names, ids in hex, whole numbers of 64 bits as text."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.paths import is_object, shown
from billing_core.services.metering.span import AttributeValue, WireSpan
from billing_core.services.metering.span_attributes import span_attributes

_FAILED = (2, "STATUS_CODE_ERROR")
_INT_DIGITS_MAX = 20


def read_json_spans(payload: bytes) -> Iterator[WireSpan]:
    """Every span of an export; InvalidInput for what is no JSON, and with its path for what is no list or object."""
    for at, resource_spans in _objects(_document(payload), "resourceSpans", ""):
        of_resource, _ = _attributes(resource_spans.get("resource"), f"{at}.resource")
        for scope_at, scope_spans in _objects(resource_spans, "scopeSpans", f"{at}."):
            for path, span in _objects(scope_spans, "spans", f"{scope_at}."):
                attributes, count = _attributes(span, path)
                status = span.get("status")
                yield WireSpan(
                    path=path,
                    trace_id=span.get("traceId"),
                    span_id=span.get("spanId"),
                    start=span.get("startTimeUnixNano"),
                    end=span.get("endTimeUnixNano"),
                    has_failed=is_object(status) and status.get("code") in _FAILED,
                    attributes={**of_resource, **attributes} if of_resource else attributes,
                    attribute_count=count,
                )


def _document(payload: bytes) -> Mapping[str, Any]:
    try:
        document: object = json.loads(payload, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The body is not JSON: {str(error)[:200]}.", field="body") from error
    if not is_object(document):
        raise InvalidInput(f"The body is {shown(document)}; it must be an object with resourceSpans.", field="body")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _objects(parent: Mapping[str, Any], key: str, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a list, each with its path; a list that is left out is empty."""
    entries = parent.get(key)
    if entries is None:
        return
    if not isinstance(entries, list):
        raise InvalidInput(f"{prefix}{key} is {shown(entries)}; it must be a list.", field=f"{prefix}{key}")
    for index, entry in enumerate(cast("list[object]", entries)):
        path = f"{prefix}{key}[{index}]"
        if not is_object(entry):
            raise InvalidInput(f"{path} is {shown(entry)}; it must be an object.", field=path)
        yield path, entry


def _attributes(parent: object, path: str) -> tuple[dict[str, AttributeValue], int]:
    """Those whose meaning is known, and how many there are in all."""
    known, found, count = span_attributes().known, dict[str, AttributeValue](), 0
    if parent is None:
        return found, count
    if not is_object(parent):
        raise InvalidInput(f"{path} is {shown(parent)}; it must be an object.", field=path)
    for _, entry in _objects(parent, "attributes", f"{path}."):
        count += 1
        key = entry.get("key")
        if isinstance(key, str) and key in known and (value := _value(entry.get("value"))) is not None:
            found[key] = value
    return found, count


def _value(value: object) -> AttributeValue | None:
    """A single value; None for lists and maps, which none of the known attributes has."""
    if not is_object(value):
        return None
    whole = value.get("intValue")
    if isinstance(whole, str):
        digits = whole.removeprefix("-")
        return int(whole) if digits.isascii() and digits.isdigit() and len(digits) <= _INT_DIGITS_MAX else whole
    for told in (whole, value.get("stringValue"), value.get("doubleValue"), value.get("boolValue")):
        if isinstance(told, str | int | float):
            return told
    return None
