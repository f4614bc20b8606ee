"""What the answer of a model provider says it used: `measure=used_in` bills a function by what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from billing_core.domain.errors import InvalidInput
from billing_core.domain.used import Used

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def used_in(answer: object, *, provider: str | None = None, model: str | None = None) -> Used:
    """Counts, provider, model and tier of an answer: a response body, or what an official client made of one.

    OpenAI, Anthropic, Gemini, Mistral, Bedrock and what speaks OpenAI's format are recognised; `provider` and `model`
    are for answers that do not name theirs. InvalidInput names what is missing in one that tells no usage.
    """
    from billing_core.services.metering.read_provider_body import read_provider_body

    call = read_provider_body(_body(answer), provider=provider, model=model)
    return Used(
        quantities=call.quantities,
        provider=call.provider,
        model=call.model,
        service_tier=call.service_tier,
        is_error=call.is_error,
        properties=call.properties or None,
    )


def _body(answer: object) -> Mapping[str, Any]:
    dump = getattr(answer, "model_dump", None) or getattr(answer, "to_dict", None)
    body = answer if dump is None else dump()
    if not isinstance(body, dict):
        raise InvalidInput(
            f"The answer is a {type(answer).__name__}; give the response, or its body as a dict.", field="answer"
        )
    return cast("dict[str, Any]", body)
