"""Counting tokens, and the pipeline that charges for them."""

import asyncio
from typing import Any

import pytest

from billing_core.domain.errors import InsufficientFunds, InvalidInput
from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk import (
    BilledInformationPipeline,
    BillingManager,
    InputTokenMonitor,
    LLMTokenMonitor,
    OutputTokenMonitor,
    TokenBasedBillingManager,
    billing_context,
    billing_required,
    used_in,
)
from billing_core.sdk.agents.token_monitors import TokenMonitor, estimated_tokens
from tests.builders import usd

AGENT = "CategorizationAgent"
ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4",
    "choices": [],
    "usage": {"prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42},
}


class Response:
    """As the official clients answer."""

    def model_dump(self) -> dict[str, Any]:
        return ANSWER


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("ééé", 2)])
def test_a_text_is_estimated_by_its_bytes(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


@pytest.mark.parametrize(("kind", "tokens"), [(InputTokenMonitor, 12), (LLMTokenMonitor, 0), (OutputTokenMonitor, 30)])
def test_a_monitor_reads_its_kind_from_what_a_provider_answered(kind: type[TokenMonitor], tokens: int) -> None:
    monitor = kind()
    assert monitor.observe(ANSWER) == tokens
    assert monitor.observe(Response()) == tokens
    assert (monitor.tokens, monitor.is_estimated) == (2 * tokens, False)


def test_a_monitor_adds_up_whatever_it_is_told() -> None:
    monitor = InputTokenMonitor(count=lambda text: len(text.split()))
    for told in (5, "two words", Quantities(input_tokens=3), Used(quantities=Quantities(input_tokens=4)), Used()):
        monitor.observe(told)
    assert (monitor.tokens, monitor.is_estimated) == (14, False)


@pytest.mark.parametrize("told", [-1, True, 1.5, None, {"no": "usage"}])
def test_what_tells_no_tokens_is_refused(told: object) -> None:
    with pytest.raises(InvalidInput):
        InputTokenMonitor().observe(told)


def test_a_text_without_a_tokenizer_is_marked_as_estimated() -> None:
    monitor = OutputTokenMonitor()
    assert (monitor.observe("some text"), monitor.is_estimated) == (3, True)


def test_an_answer_tells_who_answered_and_what_it_used() -> None:
    used = used_in(Response())
    assert used.quantities == Quantities(input_tokens=12, output_tokens=30)
    assert (used.provider, used.model) == ("openai", "gpt-4")
    with pytest.raises(InvalidInput) as caught:
        used_in("text")
    assert caught.value.field == "answer"


def test_a_function_is_billed_by_the_answer_it_returns(acme: str) -> None:
    @billing_required("chat", measure=used_in)
    def ask() -> Response:
        return Response()

    with billing_context(organization=acme, event_id="req-1"):
        ask()
    properties = {"usage": ANSWER["usage"]}
    again: Any = {"provider": "openai", "model": "gpt-4", "input_tokens": 12, "output_tokens": 30}
    receipt = BillingManager.charge(acme, "chat", event_id="req-1:chat", properties=properties, **again)
    assert receipt.is_duplicate
    assert receipt.provider_cost == usd("0.00216")


def test_tokens_of_each_kind_are_charged(acme: str) -> None:
    first, again = (
        TokenBasedBillingManager.charge_tokens(
            acme, input_tokens=1_000, llm_tokens=10, output_tokens=500, provider="openai", model="gpt-4", event_id="r"
        )
        for _ in range(2)
    )
    assert first.provider_cost == usd("0.0603")
    assert again.is_duplicate
    price = TokenBasedBillingManager.get_token_price(acme, input_tokens=1_000, output_tokens=500, model="gpt-4")
    assert price == usd("0.072")
    awaited = TokenBasedBillingManager.charge_tokens_async(acme, input_tokens=5)
    assert asyncio.run(awaited).feature == "completion"


def test_a_pipeline_charges_what_its_monitors_counted(acme: str) -> None:
    class Pipeline(BilledInformationPipeline):
        def answer(self, data: str, llm: LLMTokenMonitor) -> str:
            llm.observe(7)
            return data[::-1]

    processed = Pipeline(None, acme, provider="openai", model="gpt-4", count=len).process("abc", event_id="req-1")
    assert str(processed) == processed.output == "cba"
    assert processed.quantities == Quantities(input_tokens=3, llm_tokens=7, output_tokens=3)
    assert processed.receipt.organization_id == acme
    assert BillingManager.check_limit(acme, "completion") == 9_999


def test_a_pipeline_is_given_the_call_of_a_model(acme: str) -> None:
    async def both() -> str:
        pipeline = BilledInformationPipeline(None, acme, answer=str.upper)
        return pipeline.process("a").output + (await pipeline.process_async("b")).output

    assert asyncio.run(both()) == "AB"


def test_a_pipeline_that_fails_costs_nothing(acme: str) -> None:
    def fail(data: str) -> str:
        raise KeyError(data)

    with pytest.raises(KeyError):
        BilledInformationPipeline(None, acme, answer=fail).process("x")
    assert BillingManager.check_limit(acme, "completion") == 10_000


def test_a_pipeline_that_nothing_covers_does_not_ask_the_model(acme: str) -> None:
    BillingManager.charge(acme, AGENT, units=50)
    BillingManager.log_usage(acme, "completion", units=10_000)
    BillingManager.top_up(acme, "0.01")  # enough for what is asked, not for what may be answered
    asked: list[str] = []

    def answer(data: str) -> str:
        asked.append(data)
        return data

    with pytest.raises(InsufficientFunds):
        BilledInformationPipeline(None, acme, answer=answer, output_tokens_max=10**6).process("x")
    assert not asked
