"""Read what a model call used out of the span that was recorded of it, in OpenTelemetry's or OpenInference's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing_core.domain.clock import from_micros
from billing_core.domain.errors import InvalidInput
from billing_core.domain.model_match import provider_name
from billing_core.domain.money import Money
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX, Quantities, UsageEvent
from billing_core.services.metering.make_usage_event import make_usage_event
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.paths import plain_text, whole_number
from billing_core.services.metering.read_provider_body import plain_model, price_tier, read_cost
from billing_core.services.metering.span import AttributeValue, Span
from billing_core.services.metering.span_attributes import inference_operation, span_attributes

SOURCE = "otlp"
_NANOS_PER_MICRO = 1_000
_NANOS_PER_MILLI = 1_000_000

Attributes = Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredSpan:
    """The call of a span, and for whom it was made where the span or its resource says so.

    `event_id` is the provider's id of the answer, so that two spans of one call are one event; otherwise it is the ids
    of trace and span.
    """

    call: MeteredCall
    event_id: str
    occurred_at: datetime
    organization: str | None
    feature: str | None
    member: str | None
    department: str | None
    run: str | None

    def event(self, *, organization_id: str, feature: str | None = None, api_key_id: str | None = None) -> UsageEvent:
        """The event that is charged. `feature` is for spans that name none; InvalidInput when nobody names one."""
        used = self.feature or feature
        if used is None:
            name = span_attributes().texts["feature"][0]
            raise InvalidInput(f"The span does not say which feature was used; set {name} on it.", field=name)
        return make_usage_event(
            self.call,
            organization_id=organization_id,
            feature=used,
            source=SOURCE,
            event_id=self.event_id,
            occurred_at=self.occurred_at,
            member=self.member,
            department=self.department,
            api_key_id=api_key_id,
            run=self.run,
        )


def read_span(span: Span) -> MeteredSpan | None:
    """The call that a span tells of, None where it is no call of a model. InvalidInput names the attribute at fault.

    The response's model counts before the one that was asked for. A call that failed may have told no tokens.
    """
    attributes, names = span.attributes, span_attributes()
    operation = inference_operation(attributes)
    if operation is None:
        return None
    texts = {name: _text(attributes, aliases) for name, aliases in names.texts.items()}
    is_error = span.has_failed or texts["error_type"] is not None
    provider, model, tier = (texts[name] for name in ("provider", "model", "service_tier"))
    response_id = texts["response_id"]
    duration_nanos = span.end_nanos - span.start_nanos
    call = MeteredCall(
        provider=provider_name(_told(provider, "provider")),
        model=plain_model(_told(model, "model")),
        quantities=_quantities(attributes, has_output=operation not in names.without_output, is_error=is_error),
        service_tier=tier and price_tier(tier),
        response_id=response_id,
        reported_cost=_first_cost(attributes, names.amounts["reported_cost"]),
        latency_ms=duration_nanos // _NANOS_PER_MILLI if duration_nanos >= 0 else None,
        is_error=is_error,
        properties=_properties(attributes),
    )
    return MeteredSpan(
        call=call,
        event_id=response_id or f"{span.trace_id}-{span.span_id}",
        occurred_at=from_micros(span.start_nanos // _NANOS_PER_MICRO),
        organization=texts["organization"],
        feature=texts["feature"],
        member=texts["member"],
        department=texts["department"],
        run=texts["run"],
    )


def _quantities(attributes: Attributes, *, has_output: bool, is_error: bool) -> Quantities:
    names = span_attributes().counts
    counts = {name: _count(attributes, aliases) for name, aliases in names.items()}
    for name in ("input_tokens", "output_tokens") if has_output else ("input_tokens",):
        if counts[name] is None and not is_error:
            alias = names[name][0]
            raise InvalidInput(f"The span does not tell {alias}; a call that succeeded must.", field=alias)
    return Quantities(**{name: count or 0 for name, count in counts.items()})


def _count(attributes: Attributes, aliases: Sequence[str]) -> int | None:
    for alias in aliases:
        if (value := attributes.get(alias)) is not None:
            # JavaScript has one kind of number, and some exporters send all of them as doubles.
            is_whole = isinstance(value, float) and value.is_integer()
            return whole_number(int(value) if is_whole else value, alias)
    return None


def _text(attributes: Attributes, aliases: Sequence[str]) -> str | None:
    for alias in aliases:
        if (value := attributes.get(alias)) not in (None, ""):
            return plain_text(value, alias)
    return None


def _told(value: str | None, meaning: str) -> str:
    if value is None:
        alias = span_attributes().texts[meaning][0]
        raise InvalidInput(f"The span does not name its {meaning}; set {alias} on it.", field=alias)
    return value


def _first_cost(attributes: Attributes, aliases: Sequence[str]) -> Money | None:
    return next((read_cost(attributes[alias], alias) for alias in aliases if alias in attributes), None)


def _properties(attributes: Attributes) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, aliases in span_attributes().kept.items():
        value = next((attributes[alias] for alias in aliases if alias in attributes), None)
        is_count = type(value) is int and 0 < value <= COUNT_MAX
        if is_count or (isinstance(value, str) and 0 < len(value) <= TEXT_MAX and value.isprintable()):
            properties[name] = value
    return properties
