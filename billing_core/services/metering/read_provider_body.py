"""Read what a model call used out of the body that a provider answered with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import Any, cast

from billing_core.domain.errors import InvalidInput
from billing_core.domain.model_match import provider_name
from billing_core.domain.money import NANOS_MAX, NANOS_PER_UNIT, Money, nanos_from_decimal
from billing_core.domain.provider_prices import STANDARD, plain_tier
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX
from billing_core.services.metering.body_shapes import Shape, body_shapes
from billing_core.services.metering.inclusive_counts import inclusive_counts
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.paths import Probe, find_first, plain_text, shown
from billing_core.services.metering.recognise_answer import find_usage, recognise_provider, unwrap

RAW_LENGTH_MAX = 4_000
RAW_PARTS_MAX = 100
_COST_MAX = NANOS_MAX // NANOS_PER_UNIT
_as_json = json.JSONEncoder(allow_nan=False).encode


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
    said = recognise_provider(answer) if provider is None else provider_name(plain_text(provider, "provider"))
    shape, usage, at = find_usage(answer, said)
    who = said or shape.provider
    return MeteredCall(
        provider=who,
        model=_model_of(answer, shape, model),
        quantities=inclusive_counts(usage, shape, at=at, provider=who, is_partial=is_partial),
        service_tier=_service_tier(answer, shape.service_tier),
        response_id=_response_id(answer, shape.id),
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
        if isinstance(value, bool) or not 0 <= amount <= _COST_MAX:
            raise ValueError
    except (DecimalException, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{path} is {shown(value)}; it must be an amount in dollars such as 0.00014.", field=path
        ) from error
    return Money(nanos_from_decimal(amount), "USD")


def plain_model(name: str) -> str:
    """The model that a resource name ends in: `models/gemini-2.5-pro` is `gemini-2.5-pro`."""
    return name.rsplit("/", 1)[-1] if name.startswith(body_shapes().resource_names) else name


def price_tier(told: str) -> str:
    """The name a service tier has in the price list, whatever the provider calls it."""
    tier = told.lower()
    return body_shapes().service_tiers.get(tier, tier)


def _model_of(answer: Mapping[str, Any], shape: Shape, fallback: str | None) -> str:
    value = find_first(answer, shape.model)
    if value is None:
        value = fallback
    if value is None:
        raise InvalidInput(f"The {shape.name} body does not name its model; say which one was asked.", field="model")
    return plain_model(plain_text(value, "model"))


def _response_id(answer: Mapping[str, Any], probes: Sequence[Probe]) -> str | None:
    for probe in probes:
        if value := probe.find(answer):
            return plain_text(value, probe.text)
    return None


def _service_tier(answer: Mapping[str, Any], probes: Sequence[Probe]) -> str | None:
    """The first tier told that is not the ordinary one, or the ordinary one where only that is told."""
    ordinary: str | None = None
    for probe in probes:
        if (value := probe.find(answer)) is not None:
            tier = price_tier(plain_text(value, probe.text))
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
        if value := find_first(answer, probes):
            is_count = type(value) is int and 0 < value <= COUNT_MAX
            if is_count or (isinstance(value, str) and len(value) <= TEXT_MAX and value.isprintable()):
                properties[name] = value
    try:
        text = _as_json(usage)
        if len(text) <= RAW_LENGTH_MAX and text.count("{") + text.count("[") <= RAW_PARTS_MAX:
            properties["usage"] = usage
    except (TypeError, ValueError, RecursionError):
        # What cannot be kept was looked at all the same: its counts are sound.
        pass
    return properties
