"""Admission from memory: never for more than is there, whatever races, dies, or forgets to say that it is done."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.errors import InsufficientFunds, InvalidInput, LimitReached, NotFound
from billing_core.domain.holds import Hold
from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.domain.used import Used
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.charging.admission import Admission
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.lanes import CALLS_FIRST, LIFETIME, Admitted
from tests.builders import an_event, credits, usd
from tests.product import SYSTEM, Product, a_product
from tests.services.charging.lease_worker import AGENT


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.admission.close()
    product.clock.advance(hours=1)
    expire_holds(product.write, product.clock)
    assert list(audit_books(product)) == []
    product.close()


@pytest.fixture
def admission(product: Product) -> Iterator[Admission]:
    """One that only does what it is told to."""
    admission = Admission(product.charges, product.clock, keeps_by_itself=False)
    yield admission
    admission.close()


def call(owner: str, event_id: str = "1", units: int = 1, **details: object) -> UsageEvent:
    return an_event(owner, AGENT, event_id, units=units, **details)


def wallet(product: Product, owner: str, currency: str = "CREDITS") -> tuple[str, str, str]:
    with product.read() as uow:
        purse = uow.credits.wallet(owner, currency)
    return purse.posted.decimal_text, purse.held.decimal_text, purse.owed.decimal_text


def leases(product: Product, owner: str) -> list[Hold]:
    with product.read() as uow:
        holds = uow.holds.overdue(product.clock.now() + timedelta(days=1), 1_000)
    return [hold for hold in holds if hold.event.organization_id == owner and hold.id.startswith("lse_")]


def admit_all(admission: Admission, owner: str, name: str = "all", api_key_id: str | None = None) -> list[Admitted]:
    """What is admitted until a call is refused."""
    admitted: list[Admitted] = []
    while len(admitted) < 10_000:
        try:
            admitted.append(admission.admit(call(owner, f"{name}-{len(admitted)}", api_key_id=api_key_id)))
        except LimitReached:
            return admitted
        admission.keep()
    raise AssertionError("it refuses nothing")


def test_the_first_call_takes_a_lease_and_the_next_ones_write_nothing(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    admitted = [admission.admit(call(owner, str(number))) for number in range(CALLS_FIRST)]
    assert len({item.hold_id for item in admitted}) == 1
    assert len(leases(product, owner)) == 1
    assert wallet(product, owner) == ("10000.00", "128.00", "0.00")
    receipts = [admission.record(item) for item in admitted]
    assert {receipt.credits for receipt in receipts} == {credits("2")}
    assert wallet(product, owner) == ("9872.00", "0.00", "0.00")


def test_a_call_is_charged_for_what_it_used_and_once(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    admitted = admission.admit(call(owner, units=3))
    first = admission.record(admitted, Used(quantities=Quantities(units=2), latency_ms=120))
    again = admission.record(admitted, Used(quantities=Quantities(units=2), latency_ms=120))
    assert (first.credits, again.id, again.is_duplicate) == (credits("4"), first.id, True)
    failed = admission.record(admission.admit(call(owner, "2")), Used(is_error=True))
    assert failed.credits == credits("0")
    assert wallet(product, owner)[0] == "9996.00"


def test_a_cancelled_call_leaves_its_place_to_another(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    admitted = [admission.admit(call(owner, str(number))) for number in range(CALLS_FIRST)]
    for item in admitted:
        admission.cancel(item)
        admission.cancel(item)
    again = [admission.admit(call(owner, f"again-{number}")) for number in range(CALLS_FIRST)]
    assert {item.hold_id for item in again} == {admitted[0].hold_id}
    assert admission.admit(call(owner, "one more")).part is None


def test_the_next_lease_is_taken_before_one_is_used_up_and_the_old_one_given_back(
    product: Product, admission: Admission
) -> None:
    owner = product.organization(credits="100000")
    first = [admission.admit(call(owner, str(number))) for number in range(CALLS_FIRST // 2)]
    assert len(leases(product, owner)) == 1
    admission.keep()
    assert len(leases(product, owner)) == 2
    first += [admission.admit(call(owner, f"then-{number}")) for number in range(CALLS_FIRST // 2)]
    assert len({item.hold_id for item in first}) == 1
    second = admission.admit(call(owner, "next"))
    assert second.hold_id != first[0].hold_id
    for item in first:
        admission.record(item)
    admission.keep()
    assert [hold.id for hold in leases(product, owner)] == [second.hold_id]


def test_near_zero_calls_are_held_one_by_one_and_to_the_last_credit(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="150")
    assert len(admit_all(admission, owner)) == 75
    assert leases(product, owner) == []
    assert wallet(product, owner) == ("150.00", "150.00", "0.00")


def test_everything_can_be_admitted_and_nothing_more(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="1000")
    admitted = admit_all(admission, owner)
    receipts = [admission.record(item) for item in admitted]
    assert {receipt.overage for receipt in receipts} == {usd("0")}
    admission.close()
    assert len(admitted) + len(admit_all(admission, owner, "again")) == 500


def test_a_refusal_is_what_the_books_say(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    admission.admit(call(owner))
    with pytest.raises(InsufficientFunds) as refusal:
        admission.admit(call(owner, "2", units=5_000))
    assert refusal.value.details["available_credits"] == "9872.00"
    with pytest.raises(NotFound, match="mbr_nobody"):
        admission.admit(call(owner, "3", member="mbr_nobody"))
    with pytest.raises(InvalidInput, match="occurred_at"):
        admission.admit(call(owner, "4", occurred_at=product.clock.now()))


def test_a_lease_admits_nothing_near_its_end_and_is_given_back(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    first = admission.admit(call(owner))
    product.clock.advance(seconds=37)
    assert admission.admit(call(owner, "2")).hold_id == first.hold_id
    product.clock.advance(seconds=1)
    assert admission.admit(call(owner, "3")).part is None
    admission.keep()
    assert admission.admit(call(owner, "4")).hold_id not in {first.hold_id, None}
    assert first.hold_id in {hold.id for hold in leases(product, owner)}


def test_a_clock_that_jumps_back_does_not_open_a_lease_again(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    first = admission.admit(call(owner))
    admission.cancel(first)
    product.clock.advance(minutes=10)
    admission.keep()
    assert first.hold_id not in {hold.id for hold in leases(product, owner)}
    product.clock.advance(minutes=-10)
    assert admission.admit(call(owner, "2")).hold_id != first.hold_id


def test_a_call_recorded_after_its_lease_has_ended_is_charged_as_it_happened(
    product: Product, admission: Admission
) -> None:
    owner = product.organization(credits="10000")
    late = admission.admit(call(owner))
    lone = Admission(product.charges, product.clock, keeps_by_itself=False)
    product.clock.advance(seconds=LIFETIME.total_seconds())
    assert expire_holds(product.write, product.clock) == 1
    product.charge(call(owner, "all", units=5_000))
    receipt = admission.record(late)
    assert (receipt.credits, receipt.overage) == (credits("0"), usd("0.20"))
    product.grant(owner, "2")
    held = lone.admit(call(owner, "held"))
    product.clock.advance(seconds=LIFETIME.total_seconds())
    assert expire_holds(product.write, product.clock) == 1
    assert lone.record(held).credits == credits("2")


def test_closing_gives_back_leases_but_not_those_that_calls_wait_to_be_charged_from(product: Product) -> None:
    owner = product.organization(credits="100000")
    admission = Admission(product.charges, product.clock, keeps_by_itself=False)
    admission.record(admission.admit(call(owner)))
    admission.close()
    assert leases(product, owner) == []
    waiting = admission.admit(call(owner, "2"))
    admission.close()
    assert [hold.id for hold in leases(product, owner)] == [waiting.hold_id]
    assert admission.record(waiting).credits == credits("2")
    admission.close()
    assert leases(product, owner) == []


def test_budgets_of_members_are_leased_apart(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="100000")
    with product.write() as uow:
        for scope, amount in ((Scope.API_KEY, 200), (Scope.ORGANIZATION, 10_000)):
            create_budget(
                uow,
                organization_id=owner,
                name=scope,
                amount=amount,
                measure=Measure.UNITS,
                every="month",
                is_hard=True,
                scope=scope,
                actor=SYSTEM,
                now=product.clock.now(),
            )
    first, second = (admission.admit(call(owner, key, api_key_id=key)) for key in ("key_1", "key_2"))
    assert first.hold_id != second.hold_id
    for item in (first, second):
        admission.cancel(item)
    for key in ("key_1", "key_2"):
        admitted = admit_all(admission, owner, key, api_key_id=key)
        assert len({item.hold_id for item in admitted if item.part}) > 1
        assert len(admitted) > 190
        for item in admitted:
            admission.record(item)
        admission.close()
        assert len(admitted) + len(admit_all(admission, owner, f"{key}-again", api_key_id=key)) == 200


def test_tasks_admit_and_record_as_threads_do(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="1000")

    async def one(number: int) -> str:
        admitted = await admission.admit_async(call(owner, str(number)))
        return (await admission.record_async(admitted)).event_id

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*(one(number) for number in range(100))))

    assert asyncio.run(all_of_them()) == [str(number) for number in range(100)]
    assert wallet(product, owner)[0] == "800.00"
    with pytest.raises(InsufficientFunds):
        asyncio.run(admission.admit_async(call(owner, "large", units=1_000)))


def test_a_forked_process_admits_nothing_from_the_leases_of_its_parent(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="10000")
    admission.admit(call(owner))
    child = os.fork()
    if child == 0:
        try:
            admission.admit(call(owner, "2"))
        except RuntimeError as error:
            os._exit(0 if "forked" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_leases_are_taken_by_a_thread_of_their_own_while_calls_go_on(product: Product) -> None:
    owner = product.organization(credits="100000")
    admission, seen = product.admission, set[str]()
    for number in range(5_000):
        admitted = admission.admit(call(owner, str(number)))
        admission.record(admitted)
        seen.add(admitted.hold_id)
        if len([hold_id for hold_id in seen if hold_id.startswith("lse_")]) > 1:
            break
    else:
        raise AssertionError("no further lease was taken")
    admission.close()
    assert leases(product, owner) == []


def test_calls_are_held_one_by_one_while_no_lease_can_be_had(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="159")
    admitted = [admission.admit(call(owner, str(number))) for number in range(3)]
    assert [item.part for item in admitted] == [None] * 3
    admission.cancel(admitted[0])
    assert wallet(product, owner)[1] == "4.00"
    receipt = admission.record(replace(admitted[1]), Used(quantities=Quantities(units=1)))
    assert receipt.credits == credits("2")
