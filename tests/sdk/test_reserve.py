"""Credits that are set aside for a use whose cost is known at its end."""

import asyncio
from datetime import timedelta

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.clock import SettableClock
from billing_core.domain.errors import HoldResolved, InsufficientFunds, InvalidInput
from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk import BillingManager, billing_context, reserve
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt
from tests.builders import credits

AGENT = "CategorizationAgent"


def test_what_was_used_is_charged_and_the_rest_is_free_again(acme: str) -> None:
    with billing_context(organization=acme), reserve(AGENT, units=50) as hold:
        assert BillingManager.get_credits(acme) == 0
        receipt = hold.settle(3)
    assert receipt.credits == credits("6")
    assert hold.receipt == receipt
    assert BillingManager.get_credits(acme) == 94


@pytest.mark.parametrize(
    ("used", "cost"), [(None, 20), (3, 6), (Quantities(units=4), 8), (Used(quantities=Quantities(units=5)), 10)]
)
def test_use_is_told_in_units_counts_or_all_that_is_known(acme: str, used: int | Quantities | Used, cost: int) -> None:
    with reserve(AGENT, units=10, organization_id=acme) as hold:
        hold.settle(used)
    assert BillingManager.get_credits(acme) == 100 - cost


def test_leaving_without_settling_gives_everything_back(acme: str) -> None:
    with reserve(AGENT, units=50, organization_id=acme):
        pass
    assert BillingManager.get_credits(acme) == 100


def test_an_error_gives_everything_back_and_is_raised(acme: str) -> None:
    with pytest.raises(KeyError, match="its own"), reserve(AGENT, units=50, organization_id=acme):
        raise KeyError("its own")
    assert BillingManager.get_credits(acme) == 100


def test_an_error_after_settling_leaves_it_charged(acme: str) -> None:
    def settle_and_fail() -> None:
        with reserve(AGENT, organization_id=acme) as hold:
            hold.settle()
            raise KeyError

    with pytest.raises(KeyError):
        settle_and_fail()
    assert BillingManager.get_credits(acme) == 98


def test_it_is_settled_once_the_same_again_is_the_same_receipt_and_other_figures_are_refused(acme: str) -> None:
    with reserve(AGENT, units=10, organization_id=acme) as hold:
        first = hold.settle(3)
        assert hold.settle(3).id == first.id
        with pytest.raises(HoldResolved):
            hold.settle(4)
    assert BillingManager.get_credits(acme) == 94


def test_a_hold_that_was_left_cannot_be_settled_any_more(acme: str) -> None:
    with reserve(AGENT, organization_id=acme) as hold:
        pass
    with pytest.raises(HoldResolved):
        hold.settle()
    assert BillingManager.get_credits(acme) == 100


def test_a_hold_can_be_released_by_hand(acme: str) -> None:
    with reserve(AGENT, units=50, organization_id=acme) as hold:
        hold.release()
        assert BillingManager.get_credits(acme) == 100


def test_what_is_not_there_cannot_be_set_aside(acme: str) -> None:
    with pytest.raises(InsufficientFunds), reserve(AGENT, units=51, organization_id=acme):
        pytest.fail("the block ran")


def test_two_cannot_set_aside_the_same_credits(acme: str) -> None:
    with (
        reserve(AGENT, units=30, organization_id=acme),
        pytest.raises(InsufficientFunds),
        reserve(AGENT, units=30, organization_id=acme),
    ):
        pytest.fail("the block ran")


def test_more_than_was_set_aside_has_happened_and_is_charged(acme: str) -> None:
    with reserve(AGENT, units=1, organization_id=acme) as hold:
        assert hold.settle(60).overage
    assert BillingManager.get_credits(acme) == 0


def test_a_lifetime_out_of_bounds_is_named(acme: str) -> None:
    with pytest.raises(InvalidInput) as caught, reserve(AGENT, organization_id=acme, lifetime=timedelta(days=2)):
        pytest.fail("the block ran")
    assert caught.value.field == "lifetime"


def test_the_same_on_an_event_loop(acme: str) -> None:
    async def use() -> None:
        with billing_context(organization=acme):
            async with reserve(AGENT, units=50) as hold:
                await hold.settle(3)
            async with reserve(AGENT, units=40):
                pass
            with pytest.raises(KeyError):
                async with reserve(AGENT, units=40):
                    raise KeyError
            with pytest.raises(InsufficientFunds):
                async with reserve(AGENT, units=60):
                    pytest.fail("the block ran")

    asyncio.run(use())
    assert BillingManager.get_credits(acme) == 94


def test_a_cancelled_task_gives_back_what_it_set_aside(acme: str) -> None:
    async def cancelled() -> None:
        inside = asyncio.Event()

        async def wait() -> None:
            async with reserve(AGENT, units=50, organization_id=acme):
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(wait())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert BillingManager.get_credits(acme) == 100


def test_a_use_given_up_before_is_tried_again_under_its_id(acme: str) -> None:
    for fails in (True, False):
        with billing_context(organization=acme, event_id="req-1"):
            try:
                with reserve(AGENT, units=40) as hold:
                    if fails:
                        raise KeyError
                    hold.settle()
            except KeyError:
                pass
    assert BillingManager.get_credits(acme) == 20
    with billing_context(organization=acme, event_id="req-1"), reserve(AGENT, units=40) as hold:
        assert hold.settle().is_duplicate


def given_up(organization_id: str, event_id: str, units: int) -> None:
    """A use that was set aside and let go."""
    with reserve(AGENT, units=units, organization_id=organization_id, event_id=event_id):
        pass


def test_a_use_given_up_before_is_refused_when_the_funds_are_gone(acme: str) -> None:
    given_up(acme, "1", 40)
    BillingManager.charge(acme, AGENT, units=30)
    with pytest.raises(InsufficientFunds), reserve(AGENT, units=40, organization_id=acme, event_id="1"):
        pytest.fail("the block ran")

    async def use() -> None:
        async with reserve(AGENT, units=40, organization_id=acme, event_id="1"):
            pytest.fail("the block ran")

    with pytest.raises(InsufficientFunds):
        asyncio.run(use())


def test_a_use_tried_again_cannot_be_settled_after_its_block_either(acme: str) -> None:
    given_up(acme, "1", 40)
    with reserve(AGENT, units=40, organization_id=acme, event_id="1") as hold:
        pass
    with pytest.raises(HoldResolved):
        hold.settle()
    assert BillingManager.get_credits(acme) == 100


def test_use_that_outlasts_its_hold_is_charged_as_it_happened(acme: str) -> None:
    async def use() -> Receipt:
        async with reserve(AGENT, units=10, organization_id=acme) as hold:
            expire_all()
            return await hold.settle(3)

    with reserve(AGENT, units=10, organization_id=acme) as hold:
        expire_all()
        assert hold.settle(3).credits == credits("6")
    assert asyncio.run(use()).credits == credits("6")
    assert BillingManager.get_credits(acme) == 88


def expire_all() -> None:
    """As if every hold had lasted too long."""
    house = application()
    assert expire_holds(house.write, SettableClock(house.clock.now() + timedelta(hours=1))) == 1
