"""Sealing the ledger: blocks of entries hashed one upon the other, so that a later change shows.

A chain that lies beside what it protects only finds careless hands: whoever can change an entry can compute the hashes
anew. Kept outside (`python -m billing_core ledger head`), one hash vouches for every entry before it.
"""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing_core.domain.clock import to_micros

ENTRIES_PER_BLOCK = 1_000
GENESIS_HASH = "0" * 64
SEQ_BEFORE_ALL = -(2**63)
_FINGERPRINT_BYTES = 4

# Rows with the values as the database keeps them, in the order of these columns.
StoredRow = Sequence[Any]
ENTRY_COLUMNS = (
    "seq",
    "id",
    "organization_id",
    "kind",
    "event_id",
    "operation",
    "reverses_id",
    "description",
    "effective_at",
    "recorded_at",
)
POSTING_COLUMNS = ("entry_id", "line", "organization_id", "account", "currency", "amount_nanos", "grant_id")
_SEQ, _ID, _RECORDED_AT = (ENTRY_COLUMNS.index(name) for name in ("seq", "id", "recorded_at"))
_ENTRY_ID, _AMOUNT = (POSTING_COLUMNS.index(name) for name in ("entry_id", "amount_nanos"))
_OWNER_ACCOUNT_CURRENCY = slice(2, 5)
MICROS_PER_DAY = 24 * 60 * 60 * 1_000_000

# Organization, account, currency and the day's beginning in microseconds; debits and credits in nanos, both positive.
DayTotals = dict[tuple[str, str, str, int], tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A sealed block: the entries after the block before it, up to `last_seq`, with all their postings.

    `fingerprints` are base64 of four bytes for each entry, in order. They only help to find the entry that was
    changed; what proves that none was is `hash`.
    """

    block: int
    first_seq: int
    last_seq: int
    previous_hash: str
    hash: str
    fingerprints: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Entries in the order of their seq, and their postings in the order of entry and line, as they are stored."""

    entries: Sequence[StoredRow]
    postings: Sequence[StoredRow]

    def totals_by_day(self) -> "DayTotals":
        """Debits and credits of its postings by organization, account, currency and UTC day of recording."""
        days = {entry[_ID]: entry[_RECORDED_AT] // MICROS_PER_DAY * MICROS_PER_DAY for entry in self.entries}
        totals: DayTotals = {}
        for posting in self.postings:
            nanos = posting[_AMOUNT]
            key = (*posting[_OWNER_ACCOUNT_CURRENCY], days[posting[_ENTRY_ID]])
            debit, credit = totals.get(key, (0, 0))
            totals[key] = (debit + nanos, credit) if nanos > 0 else (debit, credit - nanos)
        return totals

    @property
    def content(self) -> str:
        """The canonical text of the block."""
        return _canonical([self.entries, self.postings])

    def fingerprints(self) -> str:
        """Four bytes for each entry and its postings, as base64."""
        sums = (zlib.crc32(_canonical([entry, lines]).encode()) for entry, lines in self._by_entry())
        return b64encode(b"".join(value.to_bytes(_FINGERPRINT_BYTES, "big") for value in sums)).decode()

    def _by_entry(self) -> Sequence[tuple[StoredRow, Sequence[StoredRow]]]:
        lines: defaultdict[str, list[StoredRow]] = defaultdict(list)
        for posting in self.postings:
            lines[posting[_ENTRY_ID]].append(posting)
        return [(entry, lines[entry[_ID]]) for entry in self.entries]


def seal_block(previous: Seal | None, block: Block, sealed_at: datetime) -> Seal:
    """The seal of the entries that follow the sealed ones; the block has at least one."""
    number = previous.block + 1 if previous else 1
    previous_hash = previous.hash if previous else GENESIS_HASH
    first_seq, last_seq = block.entries[0][_SEQ], block.entries[-1][_SEQ]
    return Seal(
        block=number,
        first_seq=first_seq,
        last_seq=last_seq,
        previous_hash=previous_hash,
        hash=_hash(number, first_seq, last_seq, previous_hash, sealed_at, block),
        fingerprints=block.fingerprints(),
        sealed_at=sealed_at,
    )


def problem_with_seal(previous: Seal | None, seal: Seal, block: Block) -> str | None:
    """What is wrong with a seal, given the one before it and the entries it should hold; None when nothing is."""
    number = previous.block + 1 if previous else 1
    if seal.block != number:
        return f"block {number} should come here, so a seal is missing"
    if seal.previous_hash != (previous.hash if previous else GENESIS_HASH):
        return f"it does not follow from block {number - 1}"
    made = _hash(seal.block, seal.first_seq, seal.last_seq, seal.previous_hash, seal.sealed_at, block)
    if made == seal.hash:
        return None
    if block.entries and seal.fingerprints == block.fingerprints():
        return "the seal itself was changed"
    return f"{_changed_entry(seal, block)} was changed after it was sealed at {seal.sealed_at.isoformat()}"


def add_totals(totals: DayTotals, more: DayTotals) -> None:
    """Add the debits and credits of `more` to `totals`."""
    for key, (debit, credit) in more.items():
        had_debit, had_credit = totals.get(key, (0, 0))
        totals[key] = (had_debit + debit, had_credit + credit)


def _changed_entry(seal: Seal, block: Block) -> str:
    """The first entry that differs from when it was sealed, as near as the fingerprints tell."""
    known, found = b64decode(seal.fingerprints), b64decode(block.fingerprints())
    ids = [entry[_ID] for entry in block.entries]
    size = _FINGERPRINT_BYTES
    differing = (n for n in range(len(ids)) if known[n * size : (n + 1) * size] != found[n * size : (n + 1) * size])
    first = next(differing, None)
    count_sealed = len(known) // size
    if len(ids) != count_sealed:
        near = "its end" if first is None else f"entry {ids[first]}"
        return f"the block held {count_sealed} entries and now has {len(ids)}: near {near} something"
    return f"entry {ids[first]}" if first is not None else "the block"


def _hash(number: int, first_seq: int, last_seq: int, previous_hash: str, sealed_at: datetime, block: Block) -> str:
    head = _canonical([number, first_seq, last_seq, previous_hash, to_micros(sealed_at)])
    return hashlib.sha256(f"{head}\n{block.content}".encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
