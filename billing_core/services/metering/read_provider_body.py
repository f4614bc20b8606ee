"""Read what a model call used out of the body that a provider answered with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import Any, cast

from billing_core.domain.errors import InvalidInput
from billing_core.domain.model_match import provider_name
from billing_core.domain.money import NANOS_MAX, Money, nanos_from_decimal
from billing_core.domain.provider_prices import STANDARD, plain_tier
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX
from billing_core.services.metering.body_shapes import Shape, body_shapes
from billing_core.services.metering.inclusive_counts import inclusive_counts
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.paths import Probe, find_first, plain_text, shown

RAW_LENGTH_MAX = 4_000
_WORTH_MAX = Decimal(NANOS_MAX // 10**9)


def read_provider_body(
    body: Mapping[str, Any], *, provider: str | None = None, model: str | None = None
) -> MeteredCall:
    """The call that a response body tells of, as plain JSON (what an SDK's `model_dump()` gives too).

    Known are OpenAI (chat, responses, embeddings, realtime, images), Anthropic, Gemini, Mistral, Bedrock Converse,
    DeepSeek, OpenRouter and what speaks OpenAI's chat format, also inside the events and batch lines they come in.
    `provider` says who answered, under any name people use; left out, it is recognised. `model` is for bodies that do
    not name it; the body's own wins. InvalidInput names the field at fault and what would be right.
    """
    answer, service_tier = unwrap(body)
    call = read_answer(answer, provider=provider, model=model)
    return call if service_tier is None else replace(call, service_tier=service_tier)


def read_answer(
    answer: Mapping[str, Any], *, provider: str | None, model: str | None, is_partial: bool = False
) -> MeteredCall:
    """The call of a body outside any wrapping; one that is partial may lack what is told at its end."""
    name = provider_name(plain_text(provider, "provider")) if provider is not None else None
    said = name or _marked_provider(answer)
    shape, usage, at = _usage_of(answer, said)
    who = said or shape.provider
    return MeteredCall(
        provider=who,
        model=_model_of(answer, shape, model),
        quantities=inclusive_counts(usage, shape, at=at, provider=who, is_partial=is_partial),
        service_tier=_service_tier(answer, shape.service_tier),
        response_id=_text_of(answer, shape.id, "id"),
        reported_cost=read_cost(find_first(answer, shape.cost), f"{at}.cost"),
        latency_ms=_latency_of(answer, shape.latency_ms),
        is_error=shape.failed is not None and answer.get(shape.failed[0]) == shape.failed[1],
        is_partial=is_partial,
        properties=_properties(answer, shape, usage),
    )


def read_cost(value: object, path: str) -> Money | None:
    """An amount in dollars as providers report it, a number or its text, rounded to the nano; None for None."""
    if value is None:
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else cast("str | int", value))
        if isinstance(value, bool) or not 0 <= amount <= _WORTH_MAX:
            raise ValueError(value)
    except (DecimalException, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{path} is {shown(value)}; it must be an amount in dollars such as 0.00014.", field=path
        ) from error
    return Money(nanos_from_decimal(amount), "USD")


def unwrap(body: object) -> tuple[Mapping[str, Any], str | None]:
    """The answer inside its wrapping, and the service tier that the wrapping means."""
    if not isinstance(body, Mapping):
        raise InvalidInput(f"The body is {shown(body)}; it must be a JSON object.", field="body")
    answer = cast("Mapping[str, Any]", body)
    if "usage" in answer or "usageMetadata" in answer or "usage_metadata" in answer:
        return answer, None
    for envelope in body_shapes().envelopes:
        inner = find_first(answer, envelope.path)
        if isinstance(inner, Mapping) and ("usage" in inner or "usageMetadata" in inner or "usage_metadata" in inner):
            return cast("Mapping[str, Any]", inner), envelope.service_tier
    return answer, None


def _marked_provider(answer: Mapping[str, Any]) -> str | None:
    for mark in body_shapes().marks:
        value = find_first(answer, mark.path)
        if value is None:
            continue
        if not mark.starts_with or (isinstance(value, str) and value.startswith(mark.starts_with)):
            return mark.provider
    return None


def _usage_of(answer: Mapping[str, Any], provider: str | None) -> tuple[Shape, Mapping[str, Any], str]:
    """The shape that fits, the usage object and where it stands; InvalidInput when nothing fits."""
    for shape in body_shapes().shapes:
        if shape.only_for and provider not in shape.only_for:
            continue
        if any(answer.get(key) != value for key, value in shape.where.items()):
            continue
        for probe in shape.usage:
            usage = probe.find(answer)
            if isinstance(usage, Mapping) and any(usage.get(key) is not None for key in shape.known_by):
                return shape, cast("Mapping[str, Any]", usage), probe.text
    for field in ("usage", "usageMetadata", "usage_metadata"):
        if field in answer:
            raise _unreadable(answer[field], field)
    raise InvalidInput(
        "The body tells no usage; it must have `usage`, or `usageMetadata` as Gemini's bodies do.", field="usage"
    )


def _unreadable(usage: object, field: str) -> InvalidInput:
    if usage is None:
        why = "is null; send the body that tells it: of a stream the last event, with OpenAI's include_usage asked for."
    elif isinstance(usage, Mapping):
        why = "has no counts that are known: neither prompt_tokens, input_tokens, inputTokens nor promptTokenCount."
    else:
        why = f"is {shown(usage)}; it must be an object."
    return InvalidInput(f"{field} {why}", field=field)


def _model_of(answer: Mapping[str, Any], shape: Shape, fallback: str | None) -> str:
    value = find_first(answer, shape.model)
    if value is None:
        value = fallback
    if value is None:
        raise InvalidInput(f"The {shape.name} body does not name its model; say which model was asked.", field="model")
    return plain_model(plain_text(value, "model"))


def plain_model(name: str) -> str:
    """The model that a resource name ends in: `models/gemini-2.5-pro` is `gemini-2.5-pro`."""
    return name.rsplit("/", 1)[-1] if name.startswith(body_shapes().resource_names) else name


def _text_of(answer: Mapping[str, Any], probes: Sequence[Probe], path: str) -> str | None:
    value = find_first(answer, probes)
    return None if value is None or value == "" else plain_text(value, path)


def _service_tier(answer: Mapping[str, Any], probes: Sequence[Probe]) -> str | None:
    """The first tier told that is not the ordinary one, under the name it has in the price list."""
    ordinary: str | None = None
    for probe in probes:
        if (value := probe.find(answer)) is not None:
            told = plain_text(value, probe.text).lower()
            tier = body_shapes().service_tiers.get(told, told)
            if plain_tier(tier) != STANDARD:
                return tier
            ordinary = ordinary or tier
    return ordinary


def _latency_of(answer: Mapping[str, Any], probes: Sequence[Probe]) -> int | None:
    value = find_first(answer, probes)
    return value if type(value) is int and 0 <= value <= COUNT_MAX else None


def _properties(answer: Mapping[str, Any], shape: Shape, usage: Mapping[str, Any]) -> dict[str, Any]:
    """What was used besides tokens, and the usage object as it was sent unless it is out of all proportion."""
    properties: dict[str, Any] = {}
    for name, probes in shape.kept.items():
        value = find_first(answer, probes)
        is_count = type(value) is int and 0 < value <= COUNT_MAX
        if is_count or (isinstance(value, str) and 0 < len(value) <= TEXT_MAX and value.isprintable()):
            properties[name] = value
    try:
        if len(json.dumps(usage, allow_nan=False)) <= RAW_LENGTH_MAX:
            properties["usage"] = usage
    except (TypeError, ValueError, RecursionError):
        pass
    return properties
