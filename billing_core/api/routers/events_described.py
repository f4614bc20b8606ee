"""What the OpenAPI document says of the body of `POST /v1/events`, which FastAPI cannot find out by itself."""

from typing import Any

from pydantic.config import JsonDict

from billing_core.api.routers.events_read import CLOUD_EVENT, CLOUD_EVENTS, JSON
from billing_core.api.routers.events_sent import ANSWER_EXAMPLE, EVENT_EXAMPLE, EVENTS_MAX, AnswerIn, EventIn
from billing_core.domain.usage import TEXT_MAX
from billing_core.services.metering.read_cloud_event import TYPE

_TEXT: JsonDict = {"type": "string", "minLength": 1, "maxLength": TEXT_MAX}
_OF_CLOUD_EVENT: JsonDict = {
    "specversion": {"const": "1.0"},
    "type": {"const": TYPE},
    "id": _TEXT,
    "source": _TEXT,
    "time": {"type": "string", "format": "date-time"},
    "subject": {**_TEXT, "description": "The member who used the feature."},
    "feature": {**_TEXT, "description": "Where `data` does not say; so are provider, model, department and run."},
    "datacontenttype": {"const": JSON},
}
_NEEDED = ["specversion", "type", "id", "source", "data"]
_CLOUD_EVENT_EXAMPLE: JsonDict = {
    "specversion": "1.0",
    "type": TYPE,
    "id": "8f2c",
    "source": "/products/assistant",
    "time": "2026-11-20T14:02:11Z",
    "subject": "mem_01kaqz4m9r8v5w2x7y3n6p1t0b",
    "data": {"feature": "chat", "provider": "openai", "model": "gpt-4", "input_tokens": 374, "output_tokens": 44},
}
_CLOUD_ANSWER_EXAMPLE: JsonDict = {
    "specversion": "1.0",
    "type": TYPE,
    "id": "8f2d",
    "source": "/products/assistant",
    "feature": "chat",
    "data": ANSWER_EXAMPLE["response"],
}


def _list_of(title: str, least: int) -> JsonDict:
    return {
        "title": title,
        "type": "array",
        "items": {"type": "object", "description": "As one alone; what is wrong with it is told in its result."},
        "minItems": least,
        "maxItems": EVENTS_MAX,
    }


def _cloud_event() -> JsonDict:
    """A CloudEvent whose data is an event of ours, has an answer in it, or is the body of an answer itself."""
    kinds: list[Any] = []
    for model in (EventIn, AnswerIn):
        schema = model.model_json_schema()
        outside = ("id", "source", "time")
        data = {
            **schema,
            "properties": {name: of for name, of in schema["properties"].items() if name not in outside},
            "required": [name for name in schema["required"] if name not in outside],
        }
        data.pop("example")
        kinds.append({"type": "object", "properties": {**_OF_CLOUD_EVENT, "data": data}, "required": _NEEDED})
    body = {
        "title": "The body of a provider's answer",
        "type": "object",
        "anyOf": [{"required": ["usage"]}, {"required": ["usageMetadata"]}, {"required": ["usage_metadata"]}],
    }
    needed = [*_NEEDED, "feature"]
    kinds.append({"type": "object", "properties": {**_OF_CLOUD_EVENT, "data": body}, "required": needed})
    return {"title": "CloudEvent", "anyOf": kinds}


REQUEST_BODY: JsonDict = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "anyOf": [EventIn.model_json_schema(), AnswerIn.model_json_schema(), _list_of("Events", 1)],
            },
            "examples": {
                "tokens": {"summary": "An event with its tokens", "value": EVENT_EXAMPLE},
                "response": {"summary": "The body a provider answered with", "value": ANSWER_EXAMPLE},
                "list": {"summary": "Up to 1,000 events", "value": [EVENT_EXAMPLE, ANSWER_EXAMPLE]},
            },
        },
        CLOUD_EVENT: {
            "schema": _cloud_event(),
            "examples": {
                "tokens": {"summary": "A CloudEvent with its tokens", "value": _CLOUD_EVENT_EXAMPLE},
                "response": {"summary": "Around the body a provider answered with", "value": _CLOUD_ANSWER_EXAMPLE},
            },
        },
        CLOUD_EVENTS: {
            "schema": _list_of("CloudEvents", 0),
            "example": [_CLOUD_EVENT_EXAMPLE, _CLOUD_ANSWER_EXAMPLE],
        },
    },
}
