"""Seal what was added to the ledger, off the path of charges."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from billing_core.domain.clock import Clock
from billing_core.domain.seals import ENTRIES_PER_BLOCK, SEQ_BEFORE_ALL, DayTotals, Seal, add_totals, seal_block
from billing_core.services.ledger.ports import SealStore, SealUnit

BLOCKS_PER_COMMIT = 20
COMMITS_PER_RUN = 100

Transaction = Callable[[], AbstractContextManager[SealUnit]]


class LedgerSealer:
    """Seals entries in blocks, in the order of their seq, each time it is called.

    On PostgreSQL several transactions write at once, so an entry can appear below one that is already there. An entry
    is therefore sealed only when no transaction is left that was writing entries when the seq of that entry had been
    given: nothing can appear below it any more. Nobody waits for that: what is not certain yet is sealed the next time.
    """

    def __init__(self, read: Transaction, write: Transaction, clock: Clock) -> None:
        self._read = read
        self._write = write
        self._clock = clock
        self._certain_seq = SEQ_BEFORE_ALL
        self._asked_seq = SEQ_BEFORE_ALL
        self._awaited: frozenset[str] = frozenset()

    def has_work(self) -> bool:
        """Whether there are entries that are not sealed; two indexed looks."""
        with self._read() as uow:
            newest = uow.seals.newest()
            return uow.seals.last_given_seq() > (newest.last_seq if newest else 0)

    def __call__(self) -> int:
        """Seal what is certain, at most two million entries a call; how many blocks were sealed."""
        self._look()
        count = 0
        for _ in range(COMMITS_PER_RUN):
            sealed = self._seal_some()
            count += sealed
            if sealed < BLOCKS_PER_COMMIT:
                break
        return count

    def _look(self) -> None:
        with self._read() as uow:
            given_seq = uow.seals.last_given_seq()
            writers = uow.seals.writers()  # asked after the seq: whoever had got one by then is among them, or done
        if self._awaited & writers:
            return
        self._certain_seq = self._asked_seq if writers else given_seq
        self._asked_seq, self._awaited = given_seq, writers

    def _seal_some(self) -> int:
        now = self._clock.now()
        with self._read() as uow:
            previous = uow.seals.newest()
            seals, totals = _next_seals(uow.seals, previous, self._certain_seq, now)
        if not seals:
            return 0
        with self._write() as uow:
            return len(seals) if uow.seals.append(previous, seals, totals) else 0


def _next_seals(store: SealStore, previous: Seal | None, upto: int, now: datetime) -> tuple[Sequence[Seal], DayTotals]:
    seals: list[Seal] = []
    totals: DayTotals = {}
    while len(seals) < BLOCKS_PER_COMMIT:
        block = store.block_after(previous.last_seq if previous else SEQ_BEFORE_ALL, upto, ENTRIES_PER_BLOCK)
        if not block.entries:
            break
        previous = seal_block(previous, block, now)
        seals.append(previous)
        add_totals(totals, block.totals_by_day())
    return seals, totals
