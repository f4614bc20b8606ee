"""Monitors of tokens, in the words of the second requirement document: one for each kind that is charged."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from billing_core.domain.usage import Quantities, check_count
from billing_core.domain.used import Used
from billing_core.sdk.used_in import used_in

if TYPE_CHECKING:
    from collections.abc import Callable

    CountTokens = Callable[[str], int]

BYTES_PER_TOKEN = 4


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is: one for every four bytes begun. Models count otherwise; give their tokenizer."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


class TokenMonitor:
    """Adds up the tokens of one kind: told as a number, read from a provider's answer, or counted in a text.

    `is_estimated` says that a text was counted by `estimated_tokens`, because no tokenizer was given.
    """

    kind: ClassVar[str]

    def __init__(self, count: CountTokens = estimated_tokens) -> None:
        self._count = count
        self.tokens = 0
        self.is_estimated = False

    def observe(self, told: object) -> int:
        """Take in a number of tokens, a text, `Quantities`, `Used` or an answer; how many tokens that was."""
        tokens = self._tokens_of(told)
        self.tokens += tokens
        return tokens

    def _tokens_of(self, told: object) -> int:
        if isinstance(told, int):
            return check_count(told, self.kind)
        if isinstance(told, str):
            self.is_estimated = self.is_estimated or self._count is estimated_tokens
            return check_count(self._count(told), self.kind)
        used = told if isinstance(told, Quantities | Used) else used_in(told)
        counted = used.quantities or Quantities() if isinstance(used, Used) else used
        return int(getattr(counted, self.kind))


class InputTokenMonitor(TokenMonitor):
    """What a model was given to read."""

    kind = "input_tokens"


class LLMTokenMonitor(TokenMonitor):
    """What a model worked with between reading and answering, where a product charges for that apart."""

    kind = "llm_tokens"


class OutputTokenMonitor(TokenMonitor):
    """What a model answered."""

    kind = "output_tokens"
