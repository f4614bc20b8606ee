"""What may be sent as a usage event, and how it becomes the event that is charged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    TypeAdapter,
)
from pydantic.config import JsonDict

from billing_core.api.conventions.caller import Caller
from billing_core.api.routers.use_sent import AttributionSent, Count, Text, UseSent
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Permission
from billing_core.domain.usage import UsageEvent
from billing_core.services.metering.make_usage_event import make_usage_event
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.read_provider_body import read_provider_body

EVENTS_MAX = 1_000
Instant = Annotated[AwareDatetime, Field(strict=True)]

EVENT_EXAMPLE: JsonDict = {
    "id": "req_8f2c",
    "feature": "chat",
    "time": "2026-11-20T14:02:11Z",
    "provider": "openai",
    "model": "gpt-4",
    "input_tokens": 374,
    "output_tokens": 44,
    "latency_ms": 1830,
}
ANSWER_EXAMPLE: JsonDict = {
    "feature": "chat",
    "response": {
        "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
        "object": "chat.completion",
        "model": "gpt-4o-2024-08-06",
        "usage": {"prompt_tokens": 374, "completion_tokens": 44, "total_tokens": 418},
    },
}


@dataclass(slots=True)
class Sender:
    """Who sends events, and the organization they are of where an event does not name one."""

    caller: Caller
    organization_id: str | None
    _known: dict[str | None, str] = field(default_factory=dict[str | None, str])

    def check(self) -> None:
        """NotFound or NotAllowed for who may charge nobody's usage, or not that of the organization asked for."""
        if self.organization_id is not None:
            self.organization(None)
        elif self.caller.scope_of(Permission.CHARGE_USAGE).organization_ids == frozenset():
            self.caller.everywhere(Permission.CHARGE_USAGE)

    def organization(self, named: str | None) -> str:
        """The organization of an event.

        InvalidInput when that is open, NotFound for one out of sight, NotAllowed for a caller who may not charge it.
        """
        asked = named or self.organization_id
        if asked not in self._known:
            self._known[asked] = self.caller.organization(Permission.CHARGE_USAGE, asked)
        return self._known[asked]


class _Sent(AttributionSent):
    """What both kinds of event have."""

    feature: Text
    source: Text = "api"
    time: Instant | None = None
    organization_id: Text | None = None
    latency_ms: Count | None = None


class EventIn(_Sent, UseSent):
    """One use of a feature. `id` makes it safe to send again; `time` needs a time zone and is now if left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": EVENT_EXAMPLE},
    )

    id: Text
    is_error: StrictBool = False
    properties: dict[str, Any] | None = None

    def event(self, sender: Sender) -> UsageEvent:
        """The event that is charged; InvalidInput names a value that is out of range, NotFound the organization."""
        return self.use(
            organization_id=sender.organization(self.organization_id),
            feature=self.feature,
            source=self.source,
            event_id=self.id,
            occurred_at=self.time,
            api_key_id=sender.caller.api_key_id,
            latency_ms=self.latency_ms,
            is_error=self.is_error,
            properties=self.properties,
        )


class AnswerIn(_Sent):
    """One model call, told by the body that the provider answered with: model and tokens are read from it.

    Without `id` the provider's own id of the answer makes it safe to send again. `provider` and `model` are for bodies
    that do not say.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": ANSWER_EXAMPLE},
    )

    response: dict[str, Any]
    id: Text | None = None
    is_error: StrictBool | None = None

    def event(self, sender: Sender) -> UsageEvent:
        """As that of `EventIn`."""
        return make_usage_event(
            self._call(),
            organization_id=sender.organization(self.organization_id),
            feature=self.feature,
            source=self.source,
            event_id=self.id,
            occurred_at=self.time,
            member=self.member,
            department=self.department,
            api_key_id=sender.caller.api_key_id,
            run=self.run,
            latency_ms=self.latency_ms,
            is_error=self.is_error,
        )

    def _call(self) -> MeteredCall:
        try:
            return read_provider_body(self.response, provider=self.provider, model=self.model)
        except InvalidInput as error:
            if error.field not in ("provider", "model"):  # which are told beside it too
                error.field = f"response.{error.field}"
            raise


def _kind(sent: object) -> str:
    return "AnswerIn" if isinstance(sent, Mapping) and "response" in sent else "EventIn"


AnyEventIn = Annotated[Annotated[EventIn, Tag("EventIn")] | Annotated[AnswerIn, Tag("AnswerIn")], Discriminator(_kind)]
ONE: TypeAdapter[EventIn | AnswerIn] = TypeAdapter(AnyEventIn)
MANY: TypeAdapter[list[EventIn | AnswerIn]] = TypeAdapter(
    Annotated[list[AnyEventIn], Field(min_length=1, max_length=EVENTS_MAX)]
)
