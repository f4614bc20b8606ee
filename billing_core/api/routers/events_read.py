"""Read the body of a request as usage events: our own JSON, or CloudEvents 1.0 in any of their three modes."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from starlette.datastructures import Headers

from billing_core.api.conventions.problems import MalformedBody, UnsupportedMediaType, schema_error
from billing_core.api.routers.events_sent import EVENTS_MAX, MANY, ONE, AnswerIn, EventIn, Sender
from billing_core.domain.errors import BillingError, InvalidInput, NotFound
from billing_core.domain.usage import UsageEvent
from billing_core.services.metering.read_cloud_event import read_cloud_event

JSON = "application/json"
CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS = "application/cloudevents-batch+json"
_HEADER = "ce-"
# What stands in a CloudEvent itself; everything else of ours is in its data.
_OUTSIDE_DATA = frozenset({"id", "source", "time", "subject", "specversion", "type", "datacontenttype", "body"})


class Taken(NamedTuple):
    """What became of one event while it was read; `id` is None where none was sent that can be read."""

    id: str | None
    event: UsageEvent | BillingError


def content_type_of(headers: Headers) -> str:
    """The content type without its parameters; UnsupportedMediaType for one that carries no events."""
    content_type = headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if content_type not in (JSON, CLOUD_EVENT, CLOUD_EVENTS):
        raise UnsupportedMediaType(
            f"Send events as {JSON}, {CLOUD_EVENT} or {CLOUD_EVENTS}; not as {content_type[:100]!r}.",
            field="content-type",
        )
    return content_type


def is_list(body: bytes) -> bool:
    """Whether a body is a JSON list."""
    return body.lstrip()[:1] == b"["


def read_one(headers: Headers, body: bytes, sender: Sender) -> Taken:
    """The only event of a body; RequestValidationError or InvalidInput where it does not have the form of one."""
    content_type = content_type_of(headers)
    if content_type == CLOUD_EVENT:
        return _taken(_of_cloud_event(_json(body)), sender)
    if _HEADER + "specversion" in headers:
        attributes = {name[len(_HEADER) :]: unquote(text) for name, text in headers.items() if name.startswith(_HEADER)}
        return _taken(_of_cloud_event({**attributes, "data": _json(body)}), sender)
    if content_type == CLOUD_EVENTS:
        raise InvalidInput("A batch of CloudEvents is a list.", field="body")
    try:
        return _taken(ONE.validate_json(body), sender)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def read_many(headers: Headers, body: bytes, sender: Sender) -> list[Taken]:
    """The events of a list, each with what is wrong with it; RequestValidationError or InvalidInput for no such list.

    Up to 1,000; a list of our own has one at least.
    """
    content_type = content_type_of(headers)
    if content_type == CLOUD_EVENTS:
        return _read_cloud_events(body, sender)
    if content_type == CLOUD_EVENT or _HEADER + "specversion" in headers:
        raise InvalidInput(f"This is a list; send CloudEvents as {CLOUD_EVENTS}.", field="body")
    try:
        return [_taken(sent, sender) for sent in MANY.validate_json(body)]
    except ValidationError as error:
        found = error.errors()
        if not all(item["loc"] for item in found):
            raise RequestValidationError(found) from error
    return [_read_item(sent, sender) for sent in from_json(body)]


def _read_item(sent: object, sender: Sender) -> Taken:
    """An event of a list in which not every one has the form of one."""
    try:
        return _taken(ONE.validate_json(to_json(sent)), sender)
    except ValidationError as error:
        return Taken(_id_of(sent), schema_error(error.errors()))


def _read_cloud_events(body: bytes, sender: Sender) -> list[Taken]:
    events: list[object] = _json(body)
    if len(events) > EVENTS_MAX:
        raise InvalidInput(f"There are {len(events)} events; send at most {EVENTS_MAX:,} at once.", field="body")
    taken: list[Taken] = []
    for event in events:
        try:
            taken.append(_taken(_of_cloud_event(event), sender))
        except InvalidInput as error:
            taken.append(Taken(_id_of(event), error))
    return taken


def _of_cloud_event(event: object) -> EventIn | AnswerIn:
    """What the CloudEvent means in our own JSON; InvalidInput names its attribute or the field of its data."""
    fields = read_cloud_event(cast("Mapping[str, Any]", event))
    try:
        return ONE.validate_json(to_json(fields))
    except ValidationError as error:
        found = schema_error(error.errors())
        if found.field not in _OUTSIDE_DATA:
            found.field = f"data.{found.field}"
        raise found from error


def _json(body: bytes) -> Any:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedBody(f"The body is not JSON: {error}.", field="body") from error


def _taken(sent: EventIn | AnswerIn, sender: Sender) -> Taken:
    try:
        event = sent.event(sender)
    except (InvalidInput, NotFound) as error:
        return Taken(sent.id, error)
    return Taken(event.event_id, event)


def _id_of(sent: object) -> str | None:
    named = cast("Mapping[str, object]", sent).get("id") if isinstance(sent, Mapping) else None
    return named if isinstance(named, str) else None
