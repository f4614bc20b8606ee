"""What official clients answer with: objects of their own, or raw responses that may be read later, or never."""

import json
from collections.abc import Mapping
from typing import Any, cast


def plain(answer: object) -> Mapping[str, Any]:
    """What an object of an official client holds, as plain JSON; nothing for what is no such object."""
    dump: Any = getattr(answer, "model_dump", None)
    return _object(answer if dump is None else dump(mode="json", warnings=False))


def is_raw(answer: object) -> bool:
    """Whether it is a raw response, which has the response of the HTTP client."""
    return hasattr(answer, "http_response")


def raw_body(answer: Any) -> Mapping[str, Any] | None:
    """The JSON object of a raw response; nothing where it is none, None where it was not read to its end."""
    try:
        content: bytes = answer.http_response.content
    except RuntimeError:  # the HTTP client's way to say that it was not read
        return None
    try:
        return _object(json.loads(content))
    except (ValueError, RecursionError):
        return {}


def _object(body: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", body) if isinstance(body, Mapping) else {}
