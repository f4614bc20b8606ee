"""Processes that charge the books of a test from several threads, and say line by line what they were answered."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import TextIO

from billing_core.domain.clock import SettableClock
from billing_core.domain.errors import InsufficientFunds
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.ports import ReserveRequest, SettleRequest
from billing_core.settings import Settings
from tests.builders import an_event
from tests.product import NOON, Product

# Forked from a process that has imported this module and opened nothing: a child begins in milliseconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
THREADS = 4
TIMEOUT_SECONDS = 60
AGENT = "CategorizationAgent"  # 2 credits a unit

Say = Callable[[str], object]
Work = Callable[[Product, str, str, Say], None]
Line = tuple[str, str, str]  # a word, the id of an event, and what it was answered


def call(organization_id: str, event_id: str) -> UsageEvent:
    return an_event(organization_id, AGENT, event_id)


def charge_for_ever(product: Product, organization_id: str, thread: str, say: Say) -> None:
    """Charge, and reserve and settle, by turns: `HELD event hold` and `ACK event receipt` once it is answered."""
    for turn in count():
        event = call(organization_id, f"{thread}-{turn}")
        if turn % 2:
            hold = product.charges.submit(ReserveRequest(event, timedelta(minutes=1)))
            say(f"HELD {event.event_id} {hold.id}")
            receipt = product.charges.submit(SettleRequest(organization_id=organization_id, hold_id=hold.id))
        else:
            receipt = product.charges.charge(event)
        say(f"ACK {event.event_id} {receipt.id}")


def attempt(product: Product, organization_id: str, thread: str, say: Say, *, attempts: int) -> None:
    """Charge so many times: `ACK event receipt` or `REFUSED event why`."""
    for turn in range(attempts):
        event = call(organization_id, f"{thread}-{turn}")
        try:
            say(f"ACK {event.event_id} {product.charges.charge(event).id}")
        except InsufficientFunds as refused:
            say(f"REFUSED {event.event_id} {refused.code}")


@contextmanager
def started(
    product: Product, organization_id: str, work: Work, *names: str, threads: int = THREADS
) -> Generator[tuple[list[BaseProcess], Iterator[Line]]]:
    """A process for each name, all beginning at once, and what they say; they are gone afterwards."""
    reading, writing = PROCESSES.Pipe(duplex=False)
    together = PROCESSES.Barrier(len(names))
    children = [
        PROCESSES.Process(target=_run, args=(product.settings, organization_id, work, name, threads, together, writing))
        for name in names
    ]
    with _no_main_file():
        for child in children:
            child.start()
    writing.close()
    try:
        with reading, open(reading.fileno(), closefd=False) as lines:
            yield list(children), _read(lines)
    finally:
        for child in children:
            child.kill()
            child.join()
            child.close()


@contextmanager
def _no_main_file() -> Generator[None]:
    """Children would run the main file of this process again; that of a worker of the suite is none to be run."""
    main = vars(sys.modules["__main__"])
    file = main.pop("__file__", None)
    try:
        yield
    finally:
        if file is not None:
            main["__file__"] = file


def _read(lines: TextIO) -> Iterator[Line]:
    for line in lines:
        assert not line.startswith("FAILED"), line
        word, event_id, answer = line.split()
        yield word, event_id, answer


def _run(
    settings: Settings,
    organization_id: str,
    work: Work,
    name: str,
    threads: int,
    together: Barrier,
    writing: Connection,
) -> None:
    product = Product(settings, SettableClock(NOON))

    def say(line: str) -> object:
        return os.write(writing.fileno(), f"{line}\n".encode())  # short enough to be written whole or not at all

    together.wait(TIMEOUT_SECONDS)
    with ThreadPoolExecutor(threads) as pool:
        names = [f"{name}-{number}" for number in range(threads)]
        for done in as_completed([pool.submit(work, product, organization_id, thread, say) for thread in names]):
            if (error := done.exception()) is not None:
                say(f"FAILED {error!r}")
    product.close()
