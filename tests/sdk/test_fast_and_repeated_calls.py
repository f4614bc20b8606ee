"""Calls that come fast, and calls that come again."""

from decimal import Decimal

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import InsufficientFunds
from billing_core.domain.money import CREDITS
from billing_core.sdk import BillingManager, billing_context, billing_required, use
from billing_core.sdk.in_process import InProcess
from billing_core.sdk.in_process.pace import CALLS_MIN, Pace
from tests.builders import credits

AGENT = "CategorizationAgent"


def left(organization_id: str) -> Decimal:
    return BillingManager.get_credits(organization_id)


@billing_required(AGENT)
def categorize(item: str) -> str:
    return item.upper()


def test_calls_that_come_fast_are_admitted_from_a_lease_that_nobody_sees(acme: str) -> None:
    use(InProcess(Pace(lambda: 0.0)))
    BillingManager.grant_credits(acme, 10_000)
    with billing_context(organization=acme):
        for number in range(2 * CALLS_MIN):
            categorize(f"item {number}")
    with application().read() as uow:
        leased = uow.credits.wallet(acme, CREDITS).held
    assert leased
    assert left(acme) == 10_100 - 2 * 2 * CALLS_MIN


def test_nothing_is_refused_for_what_is_kept_for_calls_to_come(acme: str) -> None:
    use(InProcess(Pace(lambda: 0.0)))
    BillingManager.grant_credits(acme, 10_000)
    with billing_context(organization=acme):
        for number in range(2 * CALLS_MIN):
            categorize(f"item {number}")
        everything = (10_100 - 2 * 2 * CALLS_MIN) // 2
        assert BillingManager.charge(acme, AGENT, units=everything).credits == credits(str(2 * everything))


def test_the_same_work_under_one_event_id_is_charged_once_and_each_part_of_it(acme: str) -> None:
    for _ in range(2):
        with billing_context(organization=acme, event_id="request-7"):
            categorize("a")
            categorize("b")
    assert left(acme) == 96


def test_work_that_failed_is_charged_when_it_succeeds_under_the_same_event_id(acme: str) -> None:
    outcomes = iter([KeyError("first try"), None])

    @billing_required(AGENT, units=25)
    def run() -> None:
        if (error := next(outcomes)) is not None:
            raise error

    with billing_context(organization=acme, event_id="request-7"), pytest.raises(KeyError):
        run()
    with billing_context(organization=acme, event_id="request-7"):
        run()
    assert left(acme) == 50


def test_work_tried_again_is_refused_when_the_funds_are_gone_meanwhile(acme: str) -> None:
    @billing_required(AGENT, units=25)
    def run(*, fails: bool) -> None:
        if fails:
            raise KeyError

    with billing_context(organization=acme, event_id="request-7"), pytest.raises(KeyError):
        run(fails=True)
    BillingManager.charge(acme, AGENT, units=30)
    with billing_context(organization=acme, event_id="request-7"), pytest.raises(InsufficientFunds):
        run(fails=False)
    assert left(acme) == 40
