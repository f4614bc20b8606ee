"""What a decorated function costs, and when it may run."""

import asyncio
import inspect
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import FeatureNotIncluded, InsufficientFunds, InvalidInput, NotFound
from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk import BillingManager, billing_context, billing_required, disconnect
from billing_core.sdk.context import MissingOrganization
from tests.builders import plan_terms
from tests.product import Product

AGENT = "CategorizationAgent"


def left(organization_id: str) -> Decimal:
    return BillingManager.get_credits(organization_id)


@billing_required(AGENT)
def categorize(item: str) -> str:
    """Sort an item."""
    return item.upper()


def test_a_call_that_succeeds_is_charged_and_its_result_is_its_own(acme: str) -> None:
    with billing_context(organization=acme):
        assert categorize("bug") == "BUG"
    assert left(acme) == 98


def test_a_call_that_raises_is_not_charged_and_keeps_nothing_back(acme: str) -> None:
    @billing_required(AGENT, units=50)
    def fail() -> None:
        raise KeyError("its own")

    with billing_context(organization=acme):
        for _ in range(2):  # the second finds all 100 credits again
            with pytest.raises(KeyError, match="its own"):
                fail()
    assert left(acme) == 100


def test_a_call_that_nothing_covers_does_not_run(acme: str) -> None:
    ran: list[int] = []

    @billing_required(AGENT, units=51)
    def run() -> None:
        ran.append(1)

    with billing_context(organization=acme), pytest.raises(InsufficientFunds):
        run()
    assert not ran
    assert left(acme) == 100


def test_while_a_call_runs_nobody_else_can_spend_what_it_takes(acme: str) -> None:
    @billing_required(AGENT, units=30)
    def outer() -> None:
        with pytest.raises(InsufficientFunds):
            BillingManager.charge(acme, AGENT, units=30)

    with billing_context(organization=acme):
        outer()
    assert left(acme) == 40


def test_a_feature_that_the_plan_does_not_have_does_not_run(acme: str) -> None:
    ran: list[int] = []

    def run() -> None:
        ran.append(1)

    with billing_context(organization=acme), pytest.raises(NotFound, match="unheard_of"):
        billing_required("unheard_of")(run)()
    assert not ran


def test_units_are_reckoned_from_the_arguments(acme: str) -> None:
    @billing_required(AGENT, units=lambda items, *, each=1: len(items) * each)
    def run(items: list[str], *, each: int = 1) -> None: ...

    with billing_context(organization=acme):
        run(["a", "b"])
        run(["a"], each=4)
    assert left(acme) == 100 - 2 * 2 - 4 * 2


def test_what_a_result_tells_is_what_is_charged(acme: str) -> None:
    @billing_required(AGENT, units=10, measure=lambda result: Quantities(units=result["used"]))
    def run() -> dict[str, int]:
        return {"used": 3}

    with billing_context(organization=acme):
        run()
    assert left(acme) == 94


def test_a_result_may_name_the_model_that_answered(acme: str) -> None:
    answer = Used(quantities=Quantities(input_tokens=1_000), provider="openai", model="gpt-4")

    @billing_required("chat", measure=lambda _: answer)
    def run() -> None: ...

    with billing_context(organization=acme, event_id="req-1"):
        run()
    details: Any = {"input_tokens": 1_000, "provider": "openai", "model": "gpt-4"}
    receipt = BillingManager.charge(acme, "chat", event_id="req-1:chat", **details)
    assert receipt.is_duplicate
    assert receipt.provider_cost is not None


def test_a_failing_measure_is_seen_and_charges_nothing(acme: str) -> None:
    @billing_required(AGENT, measure=lambda result: result["missing"])
    def run() -> dict[str, int]:
        return {}

    with billing_context(organization=acme), pytest.raises(KeyError):
        run()
    assert left(acme) == 100


def test_signature_name_and_documentation_stay(acme: str) -> None:
    assert categorize.__name__ == "categorize"
    assert categorize.__doc__ == "Sort an item."
    assert str(inspect.signature(categorize)) == "(item: str) -> str"


def test_methods_class_methods_and_static_methods_are_billed(acme: str) -> None:
    class Agent:
        def __init__(self, organization_id: str) -> None:
            self.organization_id = organization_id

        @billing_required(AGENT)
        def method(self, data: str) -> str:
            return data

        @billing_required(AGENT)
        @classmethod
        def of_the_class(cls) -> str:
            return cls.__name__

        @staticmethod
        @billing_required(AGENT)
        def outside() -> None: ...

    assert Agent(acme).method("x") == "x"
    with billing_context(organization=acme):
        assert Agent.of_the_class() == "Agent"
        Agent.outside()
    assert left(acme) == 94


def test_a_class_is_refused_with_what_to_do(acme: str) -> None:
    class Agent: ...

    with pytest.raises(InvalidInput, match="decorate its methods"):
        billing_required(AGENT)(Agent)


def test_the_organization_is_the_contexts_then_the_arguments_then_the_objects(acme: str) -> None:
    class Agent:
        organization_id = "org_of_the_object"

        @billing_required(AGENT)
        def run(self, organization_id: str | None = None) -> None: ...

    with billing_context(organization=acme):
        Agent().run("org_of_the_argument")
    assert left(acme) == 98
    Agent().run(acme)
    Agent().run(organization_id=acme)
    assert left(acme) == 94
    with pytest.raises(NotFound, match="org_of_the_object"):
        Agent().run()


def test_without_any_organization_the_error_says_what_to_write() -> None:
    with pytest.raises(MissingOrganization) as caught:
        categorize("bug")
    assert (caught.value.code, caught.value.field) == ("missing_organization", "organization")
    assert "with billing_context(organization=...)" in caught.value.message


@pytest.mark.parametrize(("units", "field"), [(-1, "units"), (1.5, "units"), ("2", "units"), (True, "units")])
def test_units_that_are_no_whole_number_are_refused_where_they_are_written(units: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        billing_required(AGENT, units=units)
    assert caught.value.field == field


def test_a_coroutine_is_billed_when_it_has_succeeded(acme: str) -> None:
    @billing_required(AGENT)
    async def run(fails: bool) -> str:
        if fails:
            raise KeyError("its own")
        return "done"

    async def both() -> str:
        with billing_context(organization=acme):
            with pytest.raises(KeyError):
                await run(True)
            return await run(False)

    assert asyncio.run(both()) == "done"
    assert left(acme) == 98


def test_a_cancelled_coroutine_is_not_charged(acme: str) -> None:
    started = asyncio.Event()

    @billing_required(AGENT, units=50)
    async def run() -> None:
        started.set()
        await asyncio.Event().wait()

    async def cancelled() -> None:
        with billing_context(organization=acme):
            task = asyncio.create_task(run())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    assert BillingManager.charge(acme, AGENT, units=50).credits


def test_a_plan_without_the_feature_refuses_before_the_call(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    product.plan(replace(plan_terms(), seats_max=1))
    chatty = product.organization("Chatty")
    product.hand_over(monkeypatch)
    with billing_context(organization=chatty), pytest.raises(FeatureNotIncluded):
        categorize("bug")
    disconnect()
    application.cache_clear()
