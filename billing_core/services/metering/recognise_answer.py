"""Tell what kind of answer a body is: what it is wrapped in, who gave it, and where its usage stands."""

from collections.abc import Mapping
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.body_shapes import Shape, body_shapes
from billing_core.services.metering.paths import find_first, is_object, shown

_USAGE_FIELDS = ("usage", "usageMetadata", "usage_metadata")


def unwrap(body: object) -> tuple[Mapping[str, Any], str | None]:
    """The answer inside its wrapping, and the service tier that the wrapping means; InvalidInput for no object."""
    if not is_object(body):
        raise InvalidInput(f"The body is {shown(body)}; it must be a JSON object.", field="body")
    if "usage" not in body and "usageMetadata" not in body and "usage_metadata" not in body:
        for envelope in body_shapes().envelopes:
            inner = find_first(body, envelope.path)
            if is_object(inner) and any(field in inner for field in _USAGE_FIELDS):
                return inner, envelope.service_tier
    return body, None


def recognise_provider(answer: Mapping[str, Any]) -> str | None:
    """Who gives himself away in the answer; None where nobody does."""
    for marks in body_shapes().marks:
        value = find_first(answer, marks.path)
        if value is None:
            continue
        if marks.anything is not None:
            return marks.anything
        if isinstance(value, str):
            for starts, provider in marks.by_start:
                if value.startswith(starts):
                    return provider
    return None


def find_usage(answer: Mapping[str, Any], provider: str | None) -> tuple[Shape, Mapping[str, Any], str]:
    """The shape that fits, the usage object and where it stands; InvalidInput when nothing fits."""
    for shape in body_shapes().shapes:
        if shape.only_for and provider not in shape.only_for:
            continue
        if shape.where and any(answer.get(key) != value for key, value in shape.where.items()):
            continue
        for probe in shape.usage:
            usage = probe.find(answer)
            if is_object(usage) and not shape.known_by.isdisjoint(usage) and _tells(usage, shape):
                return shape, usage, probe.text
    raise _unreadable(answer)


def _tells(usage: Mapping[str, Any], shape: Shape) -> bool:
    return any(usage.get(key) is not None for key in shape.known_by)


def _unreadable(answer: Mapping[str, Any]) -> InvalidInput:
    field = next((name for name in _USAGE_FIELDS if name in answer), None)
    if field is None:
        return InvalidInput(
            "The body tells no usage; it must have `usage`, or `usageMetadata` as Gemini's bodies do.", field="usage"
        )
    usage = answer[field]
    if usage is None:
        why = "is null; send the body that tells it: of a stream the last event, with OpenAI's include_usage asked for."
    elif is_object(usage):
        why = "has no count that is known: neither prompt_tokens, input_tokens, inputTokens nor promptTokenCount."
    else:
        why = f"is {shown(usage)}; it must be an object."
    return InvalidInput(f"{field} {why}", field=field)
