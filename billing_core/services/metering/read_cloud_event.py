"""Read a CloudEvent 1.0 as the usage event it carries."""

import re
from collections.abc import Mapping
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.paths import is_object, plain_text, shown

TYPE = "ai.tollbooth.usage"
_VERSION = "1.0"
_JSON_TYPE = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json")
_USAGE_FIELDS = ("usage", "usageMetadata", "usage_metadata")
# What extension attributes may say besides `data`, which a provider's body cannot.
_EXTENSIONS = ("feature", "provider", "model", "department", "run")
_OF_THE_EVENT = ("id", "source", "time")


def read_cloud_event(event: Mapping[str, Any], *, feature: str | None = None) -> dict[str, Any]:
    """The fields of our own JSON event that a structured CloudEvent of type `ai.tollbooth.usage` means.

    `id`, `source` and `time` are the CloudEvent's own, `subject` is the member. `data` has the other fields, or is the
    body that a provider answered with, which becomes `response`. What `data` leaves out may stand in the extension
    attributes feature, provider, model, department and run; `feature` holds where nothing names one. The values are
    for whoever reads our own JSON to check; InvalidInput names the attribute of the CloudEvent at fault.
    """
    if not is_object(event):
        raise InvalidInput(f"The event is {shown(event)}; it must be a CloudEvent as a JSON object.", field="body")
    _check_context(event)
    fields = _data(event)
    if event.get("subject") is not None:
        fields.setdefault("member", plain_text(event["subject"], "subject"))
    for name in _EXTENSIONS:
        if event.get(name) is not None:
            fields.setdefault(name, plain_text(event[name], name))
    if feature is not None:
        fields.setdefault("feature", feature)
    fields["id"], fields["source"] = event["id"], event["source"]
    if event.get("time") is not None:
        fields["time"] = event["time"]
    return fields


def _check_context(event: Mapping[str, Any]) -> None:
    for name, right in (("specversion", _VERSION), ("type", TYPE)):
        value = event.get(name)
        if value != right:
            problem = "is missing" if value is None else f"is {shown(value)}"
            raise InvalidInput(f"{name} {problem}; it must be {right!r}.", field=name)
    for name in ("id", "source"):
        if event.get(name) is None:
            raise InvalidInput(f"{name} is missing; every CloudEvent has one.", field=name)
        plain_text(event[name], name)
    content_type = event.get("datacontenttype")
    if content_type is not None:
        media_type = content_type.partition(";")[0].strip().lower() if isinstance(content_type, str) else ""
        if not _JSON_TYPE.fullmatch(media_type):
            raise InvalidInput(
                f"datacontenttype is {shown(content_type)}; it must be application/json.", field="datacontenttype"
            )


def _data(event: Mapping[str, Any]) -> dict[str, Any]:
    if "data_base64" in event:
        raise InvalidInput("data_base64 is not read; send data as JSON.", field="data_base64")
    data = event.get("data")
    if not is_object(data):
        problem = "is missing" if data is None else f"is {shown(data)}"
        raise InvalidInput(
            f"data {problem}; it must be an object: the fields of a usage event, or the body of a provider's answer.",
            field="data",
        )
    if any(name in data for name in _USAGE_FIELDS):
        return {"response": data}
    for name in _OF_THE_EVENT:
        if name in data:
            raise InvalidInput(f"data.{name} is not allowed; the CloudEvent's own {name} holds.", field=f"data.{name}")
    return dict(data)
