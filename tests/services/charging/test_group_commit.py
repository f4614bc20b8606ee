"""The writer that gathers charges: nobody waits for ever, and one caller's bad luck is not another's."""

import asyncio
import os
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.errors import BillingError, InvalidInput, NotFound, Overloaded, ProviderFailure
from billing_core.domain.holds import HoldState
from billing_core.services.charging import group_commit
from billing_core.services.charging.group_commit import GroupCommit
from billing_core.services.charging.ports import ReleaseRequest, ReserveRequest, SettleRequest
from tests.product import Product, a_product
from tests.services.charging.held_writer import TIMEOUT_SECONDS, Writer, event, held_up, queued, recorded, requests


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


@pytest.fixture
def organization_id(product: Product) -> str:
    return product.organization(credits="1000")


@pytest.fixture
def writer(product: Product) -> Generator[Writer]:
    with closing(Writer(product)) as writer:
        yield writer


def test_calls_and_lists_are_decided_in_the_order_they_came(writer: Writer, organization_id: str) -> None:
    with held_up(writer, organization_id) as threads:
        threads.submit(writer.charges.charge, event(organization_id, "call"))
        queued(writer, 1)
        listed = threads.submit(writer.charges.charge_many, requests(organization_id, "b", "a", "unknown", "a"))
        queued(writer, 5)
        threads.submit(writer.charges.charge, event(organization_id, "last"))
        queued(writer, 6)
    assert writer.batches == [["first"], ["call", "b", "a", "unknown", "a", "last"]]
    outcomes = listed.result(TIMEOUT_SECONDS)
    assert [getattr(outcome, "event_id", None) for outcome in outcomes] == ["b", "a", "unknown", "a"]


def test_a_list_is_answered_one_by_one_and_a_call_by_raising(writer: Writer, organization_id: str) -> None:
    writer.is_open.set()
    good, refused = writer.charges.charge_many([*requests(organization_id, "good"), *requests("org_nobody", "refused")])
    assert not isinstance(good, BillingError)
    assert isinstance(refused, NotFound)
    with pytest.raises(NotFound):
        writer.charges.charge(event("org_nobody", "call"))
    decided = len(writer.batches)
    assert writer.charges.charge_many([]) == []
    assert len(writer.batches) == decided


def test_holds_go_the_way_of_charges(writer: Writer, organization_id: str) -> None:
    writer.is_open.set()
    kept, given_up = (
        writer.charges.submit(ReserveRequest(event(organization_id, name), timedelta(minutes=1)))
        for name in ("kept", "given up")
    )
    receipt = writer.charges.submit(SettleRequest(organization_id=organization_id, hold_id=kept.id))
    released = asyncio.run(
        writer.charges.submit_async(ReleaseRequest(organization_id=organization_id, hold_id=given_up.id))
    )
    assert (receipt.event_id, released.state) == ("kept", HoldState.RELEASED)


def test_a_request_that_breaks_the_commit_breaks_it_for_its_caller_alone(
    writer: Writer, product: Product, organization_id: str
) -> None:
    names = ["good", "bad", "better", "best"]
    writer.poison = "bad"
    with held_up(writer, organization_id) as threads:
        waiting = {name: threads.submit(writer.charges.charge, event(organization_id, name)) for name in names}
        queued(writer, len(names))
    failed = {name for name, outcome in waiting.items() if outcome.exception(TIMEOUT_SECONDS)}
    assert failed == {"bad"}
    assert recorded(product, organization_id, *names) == {"good", "better", "best"}


def test_a_list_with_a_request_that_breaks_the_commit_is_charged_but_for_that_one(
    writer: Writer, product: Product, organization_id: str
) -> None:
    names = ["one", "two", "bad", "four", "five"]
    writer.poison = "bad"
    writer.is_open.set()
    with pytest.raises(OverflowError):
        writer.charges.charge_many(requests(organization_id, *names))
    assert recorded(product, organization_id, *names) == {"one", "two", "four", "five"}


def test_more_than_can_be_queued_is_turned_away_and_what_is_queued_is_charged(
    writer: Writer, product: Product, organization_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_MAX", 3)
    with held_up(writer, organization_id) as threads:
        listed = threads.submit(writer.charges.charge_many, requests(organization_id, "a", "b"))
        queued(writer, 2)
        with pytest.raises(Overloaded) as refused:
            writer.charges.charge_many(requests(organization_id, "c", "d"))
        assert refused.value.details["retry_after_seconds"] == group_commit.RETRY_AFTER_SECONDS
        with pytest.raises(InvalidInput, match="at most 3"):
            writer.charges.charge_many(requests(organization_id, "c", "d", "e", "f"))
        fits = threads.submit(writer.charges.charge, event(organization_id, "c"))
        queued(writer, 3)
        with pytest.raises(Overloaded):
            asyncio.run(writer.charges.charge_async(event(organization_id, "d")))
    assert len(listed.result(TIMEOUT_SECONDS)) == 2
    assert fits.result(TIMEOUT_SECONDS).event_id == "c"
    assert recorded(product, organization_id, *"abcdef") == {"a", "b", "c"}
    assert writer.charges.charge(event(organization_id, "d")).event_id == "d"


def test_a_charge_that_comes_while_the_writer_is_closed_is_still_answered(writer: Writer, organization_id: str) -> None:
    with held_up(writer, organization_id) as threads:
        closed = threads.submit(writer.charges.close)
        second = threads.submit(writer.charges.charge, event(organization_id, "second"))
        queued(writer, 1)
    assert second.result(TIMEOUT_SECONDS).event_id == "second"
    closed.result(TIMEOUT_SECONDS)
    assert writer.charges.charge(event(organization_id, "third")).event_id == "third"


def test_closing_answers_everyone_who_waits(writer: Writer, organization_id: str) -> None:
    names = [f"call-{number}" for number in range(8)]
    others = writer_threads()
    with held_up(writer, organization_id) as threads:
        waiting = [threads.submit(writer.charges.charge, event(organization_id, name)) for name in names]
        queued(writer, len(names))
        closed = threads.submit(writer.charges.close)
    closed.result(TIMEOUT_SECONDS)
    assert [outcome.result(TIMEOUT_SECONDS).event_id for outcome in waiting] == names
    assert writer_threads() <= others


def writer_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == group_commit.THREAD_NAME}


def test_a_charge_inside_a_write_of_the_same_thread_is_refused_instead_of_waiting_for_ever(
    writer: Writer, product: Product, organization_id: str
) -> None:
    writer.is_open.set()
    with product.write(), pytest.raises(RuntimeError, match="inside a write"):
        writer.charges.charge(event(organization_id, "inside"))
    with product.write() as uow, pytest.raises(RuntimeError, match="inside a write"):
        product.charges.charge_many(requests(organization_id, "inside"))
    assert uow is not None
    assert writer.charges.charge(event(organization_id, "outside")).event_id == "outside"


def test_callers_are_told_that_the_database_is_gone_and_are_served_when_it_is_back(
    product: Product, organization_id: str
) -> None:
    is_gone = True

    @contextmanager
    def write() -> Generator[UnitOfWork]:
        if is_gone:
            raise OSError("no database")
        with product.write() as uow:
            yield uow

    with closing(GroupCommit(write, product.clock)) as charges:
        with pytest.raises(OSError, match="no database"):
            charges.charge(event(organization_id, "call"))
        with pytest.raises(OSError, match="no database"):
            charges.charge_many(requests(organization_id, "call", "other"))
        is_gone = False
        assert charges.charge(event(organization_id, "call")).is_duplicate is False


def test_a_list_that_the_database_cannot_take_is_no_list_of_refusals(product: Product, organization_id: str) -> None:
    @contextmanager
    def write() -> Generator[UnitOfWork]:
        raise ProviderFailure("no database")
        yield

    with closing(GroupCommit(write, product.clock)) as charges, pytest.raises(ProviderFailure):
        charges.charge_many(requests(organization_id, "call", "other"))


def test_a_forked_process_is_told_that_the_writer_is_not_its_own(writer: Writer, organization_id: str) -> None:
    writer.is_open.set()
    writer.charges.charge(event(organization_id, "parent"))
    child = os.fork()
    if child == 0:
        try:
            writer.charges.charge(event(organization_id, "child"))
        except RuntimeError as error:
            os._exit(0 if "forked" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
