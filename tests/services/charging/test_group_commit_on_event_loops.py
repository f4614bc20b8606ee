"""Charges awaited on event loops: one waking a batch, and nobody's end is another's."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from billing_core.domain.errors import NotFound
from tests.product import Product, a_product
from tests.services.charging.held_writer import TIMEOUT_SECONDS, Writer, event, recorded


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


class CountingLoop(asyncio.SelectorEventLoop):
    """An event loop that counts how often another thread woke it."""

    wakings = 0

    def call_soon_threadsafe(self, *arguments: Any, **details: Any) -> asyncio.Handle:
        self.wakings += 1
        return super().call_soon_threadsafe(*arguments, **details)


def run(loop: CountingLoop, work: Coroutine[Any, Any, None]) -> None:
    with closing(loop):
        loop.run_until_complete(asyncio.wait_for(work, TIMEOUT_SECONDS))


def test_tasks_of_one_loop_are_woken_once_a_batch(writer: Writer, organization_id: str) -> None:
    loop = CountingLoop()
    names = [f"task-{number}" for number in range(200)]

    async def work() -> None:
        tasks = [asyncio.ensure_future(writer.charges.charge_async(event(organization_id, name))) for name in names]
        loop.call_soon(writer.is_open.set)  # after each of them has begun
        assert [(await task).event_id for task in tasks] == names

    run(loop, work())
    assert loop.wakings == len(writer.batches) < len(names)


def test_a_task_is_told_what_refused_its_charge(writer: Writer) -> None:
    writer.is_open.set()

    async def work() -> None:
        with pytest.raises(NotFound):
            await writer.charges.charge_async(event("org_nobody", "call"))

    run(CountingLoop(), work())


def test_a_cancelled_task_takes_nobody_with_it(writer: Writer, product: Product, organization_id: str) -> None:
    async def work() -> None:
        impatient = asyncio.ensure_future(writer.charges.charge_async(event(organization_id, "impatient")))
        patient = asyncio.ensure_future(writer.charges.charge_async(event(organization_id, "patient")))
        asyncio.get_running_loop().call_soon(impatient.cancel)  # after both have begun
        await asyncio.wait([impatient])
        writer.is_open.set()
        assert (await patient).event_id == "patient"
        assert impatient.cancelled()

    run(CountingLoop(), work())
    assert recorded(product, organization_id, "impatient", "patient") == {"impatient", "patient"}


def test_an_event_loop_that_was_closed_takes_nobody_with_it(writer: Writer, organization_id: str) -> None:
    loop = CountingLoop()
    abandoned = loop.create_task(writer.charges.charge_async(event(organization_id, "abandoned")))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    writer.is_open.set()
    assert writer.charges.charge(event(organization_id, "other")).event_id == "other"
    assert not abandoned.done()
    abandoned._log_destroy_pending = False  # type: ignore[attr-defined]
