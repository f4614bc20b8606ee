"""Gather what a call used from the pieces of a stream, as far as they came."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.body_shapes import body_shapes
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.paths import Probe, find_first, is_object
from billing_core.services.metering.read_provider_body import read_answer
from billing_core.services.metering.recognise_answer import unwrap


class StreamUsage:
    """What one streamed answer has told of its usage so far; every piece is plain JSON, as an SDK's `model_dump()` is.

    Later counts take the place of earlier ones, as all providers' are cumulative. One object is for one answer and one
    thread.
    """

    def __init__(self, *, provider: str | None = None, model: str | None = None) -> None:
        """`provider` and `model` as in `read_provider_body`."""
        self._provider = provider
        self._model = model
        self._answer: dict[str, Any] = {}
        self._has_ended = False
        self._is_complete = False

    @property
    def has_usage(self) -> bool:
        """Whether any usage was told so far."""
        return any(field in self._answer for field in _usage_probes())

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take in the next piece; what is not understood is passed over, so that no stream breaks off for it."""
        if not is_object(chunk):
            return
        shapes = body_shapes()
        if chunk.get("type") in shapes.stream_end_types or find_first(chunk, shapes.stream_end_paths) is not None:
            self._has_ended = True
        answer = unwrap(chunk)[0]
        for key in _telling_keys().intersection(answer):
            if answer[key] is not None:
                self._answer[key] = answer[key]
        for field, probes in _usage_probes().items():
            usage = find_first(answer, probes)
            if is_object(usage):
                counts = {name: count for name, count in usage.items() if count is not None}
                if counts:
                    self._answer[field] = {**self._answer.get(field, {}), **counts}
                    self._is_complete = self._has_ended

    def metered(self) -> MeteredCall:
        """What was told so far; `is_partial` when the end was not among it, and more may have been used.

        InvalidInput when nothing was told, or when what was told cannot be right.
        """
        if not self.has_usage:
            raise InvalidInput(
                "The stream told no usage; ask for it where that is needed (OpenAI: stream_options.include_usage), "
                "and read to the end.",
                field="usage",
            )
        return read_answer(self._answer, provider=self._provider, model=self._model, is_partial=not self._is_complete)


@cache
def _usage_probes() -> Mapping[str, tuple[Probe, ...]]:
    """By the field that it is gathered in, where in a piece usage may stand."""
    probes = {probe.text: probe for shape in body_shapes().shapes for probe in shape.usage}
    inside = tuple(probe for text, probe in probes.items() if text != probe.first_key)
    return {
        text: (probe, *inside) if text == "usage" else (probe,) for text, probe in probes.items() if probe not in inside
    }


@cache
def _telling_keys() -> frozenset[str]:
    """The fields of an answer that are looked at, besides usage."""
    shapes = body_shapes()
    probes = [probe for marks in shapes.marks for probe in marks.path]
    keys = {key for shape in shapes.shapes for key in shape.where}
    for shape in shapes.shapes:
        probes += [*shape.model, *shape.id, *shape.service_tier, *shape.cost, *shape.latency_ms]
        probes += [probe for kept in shape.kept.values() for probe in kept]
        keys.update(shape.failed[:1] if shape.failed else ())
    return frozenset(keys.union(probe.first_key for probe in probes)).difference(_usage_probes())
