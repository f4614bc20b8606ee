"""How the calls of one client are billed: as which feature, to whom, and whether they are admitted before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from billing_core.domain.usage import UsageEvent
from billing_core.sdk.billed_use import admitted_by
from billing_core.sdk.clients.announce import announced
from billing_core.sdk.clients.model_use import ModelUse, Opened
from billing_core.sdk.connection import backend
from billing_core.sdk.usage_event import event_in_context

# Of these the usage of a stream is told only when it is asked for, in a last piece without choices.
_TELL_WHEN_ASKED = frozenset({"/chat/completions", "/completions"})
Options = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCalls:
    """`features` are those of the paths that are billed; `provider` is who answers, where that is known for sure."""

    features: Mapping[str, str]
    provider: str | None
    speaks_like: str
    organization_id: str | None
    is_enforcing: bool
    asks_for_usage: bool
    lifetime: timedelta

    def includes(self, path: str) -> bool:
        """Whether calls of a path are billed."""
        return _plain(path) in self.features

    def begin(self, path: str, options: Options) -> tuple[ModelUse, Options]:
        """Have a call admitted, with the options that it is to be made with; raises what refuses it.

        What is limited is reserved, for as long as an answer may take; what is not is admitted for a moment, and what
        it comes to in the end is charged as something that has happened.
        """
        event, has_maximum = self._announced(path, options)
        opened = Opened(event, None, self.provider)
        if self.is_enforcing and has_maximum:
            opened = replace(opened, admitted=admitted_by(backend().reserve(event, self.lifetime).id, event))
        elif self.is_enforcing:
            opened = replace(opened, admitted=backend().admit(event))
        return self._begun(opened, path, options)

    async def begin_async(self, path: str, options: Options) -> tuple[ModelUse, Options]:
        """As `begin`, on an event loop."""
        event, has_maximum = self._announced(path, options)
        opened = Opened(event, None, self.provider)
        if self.is_enforcing and has_maximum:
            hold = await backend().reserve_async(event, self.lifetime)
            opened = replace(opened, admitted=admitted_by(hold.id, event))
        elif self.is_enforcing:
            opened = replace(opened, admitted=await backend().admit_async(event))
        return self._begun(opened, path, options)

    def _announced(self, path: str, options: Options) -> tuple[UsageEvent, bool]:
        model, quantities, has_maximum = announced(_request(options))
        event = event_in_context(
            self.features[_plain(path)],
            quantities,
            organization_id=self.organization_id,
            provider=self.provider or self.speaks_like,
            model=model,
        )
        return event, has_maximum

    def _begun(self, opened: Opened, path: str, options: Options) -> tuple[ModelUse, Options]:
        if not (self.asks_for_usage and options.get("stream") and _plain(path) in _TELL_WHEN_ASKED):
            return ModelUse(opened), options
        wanted = _object(_request(options).get("stream_options"))
        if wanted.get("include_usage") is True:
            return ModelUse(opened), options
        body = {**_object(options.get("body")), "stream_options": {**wanted, "include_usage": True}}
        return ModelUse(opened, hides_usage=True), {**options, "body": body, **_without_own_choice(options)}


def _plain(path: str) -> str:
    return path.partition("?")[0]


def _request(options: Options) -> Mapping[str, Any]:
    """The request as it is sent: its body, and over it what the caller adds to that."""
    return {**_object(options.get("body")), **_object(_object(options.get("options")).get("extra_json"))}


def _without_own_choice(options: Options) -> Options:
    """The inner options without the caller's `stream_options`, which are in the body already."""
    others = _object(options.get("options"))
    extra = _object(others.get("extra_json"))
    if "stream_options" not in extra:
        return {}
    kept = {name: value for name, value in extra.items() if name != "stream_options"}
    return {"options": {**others, "extra_json": kept}}


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
