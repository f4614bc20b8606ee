"""What is known of a request while it is answered: kept beside it for the log, the metrics and the headers."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from billing_core.api.conventions.caller import Caller

_KEY = "tollbooth.facts"


@dataclass(slots=True)
class RequestFacts:
    """One request: the id its answer carries, who sent it once that is known, headers its answer gets."""

    request_id: str = ""
    caller: Caller | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


def facts_of(scope: MutableMapping[str, Any]) -> RequestFacts:
    """The facts of the request with this ASGI scope."""
    facts = scope.get(_KEY)
    if not isinstance(facts, RequestFacts):
        facts = scope[_KEY] = RequestFacts()
    return facts
