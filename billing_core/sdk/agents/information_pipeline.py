"""The pipeline of the second requirement document: input, model and output, each with its tokens monitored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk.agents.token_monitors import (
    InputTokenMonitor,
    LLMTokenMonitor,
    OutputTokenMonitor,
    estimated_tokens,
)
from billing_core.sdk.context import billing_context
from billing_core.sdk.reserve import Reserving, reserve

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from billing_core.sdk.agents.token_monitors import CountTokens
    from billing_core.services.charging.ports import Receipt

    Answer = Callable[[str], str]

FEATURE = "completion"
OUTPUT_TOKENS_MAX = 4_096
_NOTHING = Quantities()


@dataclass(frozen=True, slots=True)
class Processed:
    """What came out, the tokens it took and what they cost; as text it is the output."""

    output: str
    quantities: Quantities
    receipt: Receipt

    def __str__(self) -> str:
        return self.output


class BilledInformationPipeline:
    """Processes information for a member of an organization, who is charged for its tokens.

    Give it an `answer` (your model's call), or make a subclass that has one; without, it hands on the text with its
    white space tidied, which shows the way of the tokens. `count` is the model's tokenizer; without one tokens are
    estimated, and the event says so. What it may take at most is set aside before, and an error costs nothing.
    """

    def __init__(
        self,
        session: object,
        organization_id: str,
        user_id: str | None = None,
        *,
        answer: Answer | None = None,
        feature: str = FEATURE,
        provider: str | None = None,
        model: str | None = None,
        count: CountTokens = estimated_tokens,
        output_tokens_max: int = OUTPUT_TOKENS_MAX,
    ) -> None:
        """`session` is for those whose code has one: billing has transactions of its own, and it may be None."""
        self.session = session
        self.organization_id = organization_id
        self.user_id = user_id
        self._answer = answer
        self._feature = feature
        self._provider = provider
        self._model = model
        self._count = count
        self._output_tokens_max = output_tokens_max

    def answer(self, data: str, llm: LLMTokenMonitor) -> str:
        """What the model makes of the data; `llm.observe` takes in the tokens it worked with besides."""
        return " ".join(data.split()) if self._answer is None else self._answer(data)

    async def answer_async(self, data: str, llm: LLMTokenMonitor) -> str:
        """As `answer`, for a model that is awaited."""
        return self.answer(data, llm)

    def process(self, data: str, *, event_id: str | None = None) -> Processed:
        """Process and charge; refused with LimitReached and its kinds before the model is asked."""
        tokens = _Tokens(self._count, data)
        with self._on_behalf(), self._reserve(tokens, event_id) as hold:
            output = self.answer(data, tokens.llm)
            used = tokens.used(output)
            return Processed(output, used.quantities or _NOTHING, hold.settle(used))

    async def process_async(self, data: str, *, event_id: str | None = None) -> Processed:
        """As `process`, with `answer_async`."""
        tokens = _Tokens(self._count, data)
        with self._on_behalf():
            async with self._reserve(tokens, event_id) as hold:
                output = await self.answer_async(data, tokens.llm)
                used = tokens.used(output)
                return Processed(output, used.quantities or _NOTHING, await hold.settle(used))

    def _on_behalf(self) -> AbstractContextManager[object]:
        return billing_context(organization=self.organization_id, member=self.user_id)

    def _reserve(self, tokens: _Tokens, event_id: str | None) -> Reserving:
        most = Quantities(input_tokens=tokens.said.tokens, output_tokens=self._output_tokens_max)
        return reserve(self._feature, most, provider=self._provider, model=self._model, event_id=event_id)


class _Tokens:
    """The three monitors of one run."""

    def __init__(self, count: CountTokens, data: str) -> None:
        self.said = InputTokenMonitor(count)
        self.llm = LLMTokenMonitor(count)
        self._answered = OutputTokenMonitor(count)
        self.said.observe(data)

    def used(self, output: str) -> Used:
        self._answered.observe(output)
        is_estimated = any(monitor.is_estimated for monitor in (self.said, self.llm, self._answered))
        return Used(
            quantities=Quantities(
                input_tokens=self.said.tokens, llm_tokens=self.llm.tokens, output_tokens=self._answered.tokens
            ),
            properties={"tokens": "estimated"} if is_estimated else None,
        )
