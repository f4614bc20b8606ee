"""What the OpenAPI document says of an export of traces, which FastAPI cannot find out by itself."""

from pydantic.config import JsonDict

from billing_core.domain.usage import TEXT_MAX

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
FEATURE: JsonDict = {
    "name": "feature",
    "in": "query",
    "description": "The feature of spans that do not name one as tollbooth.feature.",
    "schema": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
}
_SPAN: JsonDict = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "chat gpt-4o",
    "kind": 3,
    "startTimeUnixNano": "1795183331000000000",
    "endTimeUnixNano": "1795183332830000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o-2024-08-06"}},
        {"key": "gen_ai.response.id", "value": {"stringValue": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "374"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "44"}},
        {"key": "tollbooth.feature", "value": {"stringValue": "chat"}},
    ],
}
_OBJECTS: JsonDict = {"type": "array", "items": {"type": "object"}}
REQUEST_BODY: JsonDict = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "title": "ExportTraceServiceRequest",
                "type": "object",
                "properties": {"resourceSpans": _OBJECTS},
            },
            "example": {"resourceSpans": [{"scopeSpans": [{"spans": [_SPAN]}]}]},
        },
        PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
    },
}
_PARTIAL: JsonDict = {
    "title": "ExportTraceServiceResponse",
    "type": "object",
    "properties": {
        "partialSuccess": {
            "type": "object",
            "properties": {
                "rejectedSpans": {"type": "string", "pattern": "^[0-9]+$"},
                "errorMessage": {"type": "string"},
            },
        }
    },
}
ANSWERED: JsonDict = {
    "description": "Taken in; `partialSuccess` says how many spans could not be, and why",
    "content": {
        JSON: {
            "schema": _PARTIAL,
            "example": {
                "partialSuccess": {
                    "rejectedSpans": "1",
                    "errorMessage": "Span eee19b7ec3c1b174: There is no feature 'chatt'.",
                }
            },
        },
        PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
    },
}
