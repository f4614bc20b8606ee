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
        sums: defaultdict[tuple[StoredRow, int], list[int]] = defaultdict(lambda: [0, 0])
        for posting in self.postings:
            nanos = posting[_AMOUNT]
            total = sums[posting[_OWNER_ACCOUNT_CURRENCY], days[posting[_ENTRY_ID]]]
            if nanos > 0:
                total[0] += nanos
            else:
                total[1] -= nanos
        return {(owner, account, currency, day): (d, c) for ((owner, account, currency), day), (d, c) in sums.items()}

    def texts(self) -> list[bytes]:
        """The canonical text of each entry: a line of JSON with its row and the rows of its postings."""
        lines: defaultdict[str, list[StoredRow]] = defaultdict(list)
        for posting in self.postings:
            lines[posting[_ENTRY_ID]].append(posting)
        return [_canonical((entry, lines[entry[_ID]])).encode() for entry in self.entries]


def seal_block(previous: Seal | None, block: Block, sealed_at: datetime) -> Seal:
    """The seal of the entries that follow the sealed ones; the block has at least one."""
    number = previous.block + 1 if previous else 1
    previous_hash = previous.hash if previous else GENESIS_HASH
    first_seq, last_seq = block.entries[0][_SEQ], block.entries[-1][_SEQ]
    texts = block.texts()
    return Seal(
        block=number,
        first_seq=first_seq,
        last_seq=last_seq,
        previous_hash=previous_hash,
        hash=_hash(number, first_seq, last_seq, previous_hash, sealed_at, texts),
        fingerprints=_fingerprints(texts),
        sealed_at=sealed_at,
    )


def problem_with_seal(previous: Seal | None, seal: Seal, block: Block) -> str | None:
    """What is wrong with a seal, given the one before it and the entries it should hold; None when nothing is."""
    number = previous.block + 1 if previous else 1
    if seal.block != number:
        return f"block {number} should come here, so a seal is missing"
    if seal.previous_hash != (previous.hash if previous else GENESIS_HASH):
        return f"it does not follow from block {number - 1}"
    texts = block.texts()
    made = _hash(seal.block, seal.first_seq, seal.last_seq, seal.previous_hash, seal.sealed_at, texts)
    if made == seal.hash:
        return None
    fingerprints = _fingerprints(texts)
    if fingerprints == seal.fingerprints:
        return "the seal itself was changed"
    changed = _changed_entry(seal.fingerprints, fingerprints, [entry[_ID] for entry in block.entries])
    return f"{changed} was changed after it was sealed at {seal.sealed_at.isoformat()}"


def add_totals(totals: DayTotals, more: DayTotals) -> None:
    """Add the debits and credits of `more` to `totals`."""
    for key, (debit, credit) in more.items():
        had_debit, had_credit = totals.get(key, (0, 0))
        totals[key] = (had_debit + debit, had_credit + credit)


def _changed_entry(sealed: str, now: str, ids: Sequence[str]) -> str:
    """The first entry that differs from when it was sealed, as near as the fingerprints tell."""
    known, found = b64decode(sealed), b64decode(now)
    places = [slice(n, n + _FINGERPRINT_BYTES) for n in range(0, len(found), _FINGERPRINT_BYTES)]
    first = next((entry_id for entry_id, place in zip(ids, places, strict=True) if known[place] != found[place]), None)
    count_sealed = len(known) // _FINGERPRINT_BYTES
    if len(ids) != count_sealed:
        near = f"entry {first}" if first else "its end"
        return f"the block held {count_sealed} entries and now has {len(ids)}: near {near} something"
    return f"entry {first}"


def _fingerprints(texts: Sequence[bytes]) -> str:
    return b64encode(b"".join(zlib.crc32(text).to_bytes(_FINGERPRINT_BYTES, "big") for text in texts)).decode()


def _hash(
    number: int, first_seq: int, last_seq: int, previous_hash: str, sealed_at: datetime, texts: Sequence[bytes]
) -> str:
    head = _canonical((number, first_seq, last_seq, previous_hash, to_micros(sealed_at))).encode()
    return hashlib.sha256(b"\n".join((head, *texts))).hexdigest()


_canonical = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
