"""The token counts of a usage object as ours are: input with what was cached, output with what was reasoned."""

from collections.abc import Mapping
from typing import Any

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import Quantities
from billing_core.services.metering.body_shapes import Shape
from billing_core.services.metering.paths import Expression, count_sum, count_term


def inclusive_counts(usage: Mapping[str, Any], shape: Shape, *, at: str, provider: str, is_partial: bool) -> Quantities:
    """One unit and its tokens; `at` is where `usage` stands in the body, for the messages.

    InvalidInput when a count is missing or is no count, when parts exceed what they are part of, and when the total
    that the provider gives is not input and output together.
    """
    input_tokens, output_tokens = count_sum(usage, shape.input, at), count_sum(usage, shape.output, at)
    reasoning = count_sum(usage, shape.reasoning, at)
    total = count_term(usage, shape.total[0], at) if shape.total else None
    if not (shape.is_optional or is_partial or total == input_tokens + output_tokens):
        for expression in (shape.input, shape.output):
            _check_told(usage, expression, at, shape.name)
    if total is not None and (beyond := total - input_tokens - output_tokens):
        if beyond == reasoning:
            # Some count reasoning beside the output instead of in it (xAI does); the total tells.
            output_tokens += reasoning
        elif beyond > 0 and provider in shape.rest_is_reasoning:
            output_tokens, reasoning = output_tokens + beyond, reasoning + beyond
        elif beyond + count_sum(usage, shape.total_leaves_out, at):
            path = f"{at}.{shape.total[0][0][0]}"
            raise InvalidInput(
                f"{path} is {total}, but input and output come to {input_tokens + output_tokens}; they must be equal. "
                "Send the usage as the provider answered it.",
                field=path,
            )
    return Quantities(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cache_read_tokens=count_sum(usage, shape.cache_read, at),
        cache_write_tokens=count_sum(usage, shape.cache_write, at),
        reasoning_tokens=reasoning,
    )


def _check_told(usage: Mapping[str, Any], expression: Expression, at: str, name: str) -> None:
    if expression and count_term(usage, expression[0], at) is None:
        path = f"{at}.{'.'.join(expression[0][0])}"
        raise InvalidInput(f"{path} is missing; {name} usage must have it as a whole number.", field=path)
