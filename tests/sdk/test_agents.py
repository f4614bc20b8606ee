"""Agents that pay for what they do."""

import asyncio
import inspect

import pytest

from billing_core.domain.errors import EventConflict, InsufficientFunds, InvalidInput
from billing_core.sdk import BilledAgent, BillingManager, billed, billing_context
from billing_core.sdk.context import MissingOrganization
from tests.builders import credits

AGENT = "CategorizationAgent"


class CategorizationAgent:
    """An agent that knows nothing of billing."""

    def __init__(self, organization_id: str | None = None) -> None:
        self.organization_id = organization_id
        self.seen: list[str] = []

    def process(self, item: str) -> str:
        return self.run(item)

    def run(self, item: str) -> str:
        self.seen.append(item)
        return item.upper()

    async def think(self, item: str) -> str:
        return item

    @staticmethod
    def invoke(item: str) -> str:
        return item

    def __call__(self, item: str) -> str:
        return f"called with {item}"


def test_an_action_costs_what_the_plan_says(acme: str) -> None:
    receipt = asyncio.run(BilledAgent(acme).consume_credits_for_action("generate_content", {"topic": "bills"}))
    assert receipt.credits == credits("10")
    assert asyncio.run(BilledAgent(acme).get_action_cost("generate_content", 3)) == credits("30")


def test_the_same_action_with_other_metadata_is_another_use(acme: str) -> None:
    agent = BilledAgent(acme)
    asyncio.run(agent.consume_credits_for_action("generate_content", {"topic": "bills"}, event_id="1"))
    with pytest.raises(EventConflict):
        asyncio.run(agent.consume_credits_for_action("generate_content", {"topic": "taxes"}, event_id="1"))


def test_an_action_that_nothing_covers_is_refused(acme: str) -> None:
    with pytest.raises(InsufficientFunds):
        asyncio.run(BilledAgent(acme).consume_credits_for_action("generate_content", units=11))


def test_an_agent_without_an_organization_is_told_what_to_write() -> None:
    for asked in (BilledAgent().consume_credits_for_action("chat"), BilledAgent().get_action_cost("chat")):
        with pytest.raises(MissingOrganization):
            asyncio.run(asked)


def test_an_action_under_the_event_id_of_a_context_is_charged_once(acme: str) -> None:
    for _ in range(2):
        with billing_context(organization=acme, event_id="req-1"):
            asyncio.run(BilledAgent().consume_credits_for_action("generate_content"))
    assert BillingManager.get_credits(acme) == 90


def test_any_agent_is_billed_for_the_first_of_its_usual_methods_and_once(acme: str) -> None:
    agent = billed(CategorizationAgent(acme), feature=AGENT)
    assert agent.process("bug") == "BUG"  # it runs another method of its own meanwhile
    assert BillingManager.get_credits(acme) == 98
    assert agent.run("bug") == "BUG"
    assert BillingManager.get_credits(acme) == 98


def test_what_stands_in_for_an_agent_passes_for_it(acme: str) -> None:
    plain = CategorizationAgent(acme)
    agent = billed(plain, feature=AGENT)
    assert isinstance(agent, CategorizationAgent)
    agent.seen = ["something"]
    assert plain.seen == ["something"]
    assert agent("x") == "called with x"
    assert repr(agent) == f"billed({plain!r})"
    assert str(inspect.signature(agent.process)) == "(item: str) -> str"


def test_the_methods_that_are_named_are_the_ones_that_are_billed(acme: str) -> None:
    agent = billed(CategorizationAgent(acme), feature=AGENT, methods=["run", "__call__", "think"])
    agent.run("a")
    agent("b")
    assert inspect.iscoroutinefunction(agent.think)
    asyncio.run(agent.think("c"))
    agent.process("d")
    assert BillingManager.get_credits(acme) == 94


def test_a_static_method_and_a_function_are_billed_too(acme: str) -> None:
    with billing_context(organization=acme):
        assert billed(CategorizationAgent(), feature=AGENT, methods=["invoke"]).invoke("a") == "a"
        assert billed(str.upper, feature=AGENT)("a") == "A"
        assert billed(lambda item: item, feature=AGENT, units=2)("a") == "a"
    assert BillingManager.get_credits(acme) == 92


def test_a_class_becomes_a_maker_of_billed_agents(acme: str) -> None:
    billed_categorization_agent = billed(CategorizationAgent, feature=AGENT)
    agent = billed_categorization_agent(organization_id=acme)
    assert agent.process("bug") == "BUG"
    assert billed_categorization_agent.__name__ == "BilledCategorizationAgent"
    assert BillingManager.get_credits(acme) == 98


def test_an_agent_that_can_do_nothing_usual_is_refused_with_what_to_write() -> None:
    class Mute: ...

    with pytest.raises(InvalidInput, match="methods="):
        billed(Mute(), feature=AGENT)
    with pytest.raises(InvalidInput, match="Mute has no method 'speak'"):
        billed(Mute(), feature=AGENT, methods=["speak"])
