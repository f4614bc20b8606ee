"""What a model call may use at most, read in its request."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from billing_core.domain.usage import COUNT_MAX, Quantities
from billing_core.sdk.clients.estimate import characters_in, tokens_of

# Whatever else stands in a request is not for the model to read.
_READ_BY_MODEL = ("messages", "input", "prompt", "system", "instructions", "tools")
_OUTPUT_MAX = ("max_completion_tokens", "max_output_tokens", "max_tokens")


class Announced(NamedTuple):
    """The model asked, and the tokens: those in the request are estimated. `has_maximum` when output is limited."""

    model: str | None
    quantities: Quantities
    has_maximum: bool


def announced(request: Mapping[str, Any]) -> Announced:
    """What a request to OpenAI's or Anthropic's API announces; `input_tokens` are an estimate."""
    model = request.get("model")
    prompt = tokens_of(sum(characters_in(request.get(name)) for name in _READ_BY_MODEL))
    output_max = next((count for name in _OUTPUT_MAX if (count := _count(request.get(name)))), 0)
    answers = _count(request.get("n")) or 1
    return Announced(
        model if isinstance(model, str) and model else None,
        Quantities(input_tokens=min(prompt, COUNT_MAX), output_tokens=min(output_max * answers, COUNT_MAX)),
        output_max > 0,
    )


def _count(value: object) -> int:
    return value if type(value) is int and value > 0 else 0
