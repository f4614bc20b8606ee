"""Seals over the ledger, the stored rows they are made from, and what sealed entries add up to by day."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, text, type_coerce

from billing_core.adapters.database.bulk_insert import bulk_insert, bulk_upsert
from billing_core.adapters.database.schema.ledger import ledger_day, ledger_entry, ledger_posting, ledger_seal
from billing_core.adapters.database.types import BIGINT, Instant
from billing_core.domain.clock import from_micros
from billing_core.domain.seals import ENTRY_COLUMNS, POSTING_COLUMNS, Block, DayTotals, Seal, StoredRow

SEALS_PER_FETCH = 100
_LAST_GIVEN = text("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('ledger_entry', 'seq')), 0)")
_WRITERS = text(
    """SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'ledger_entry'::regclass AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
)


class SealStore:
    """Reads what is to be sealed, keeps the seals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == "postgresql"

    def last_given_seq(self) -> int:
        """The highest seq an entry may have got so far, whether or not its transaction has ended."""
        if self._is_postgresql:
            return int(self._connection.scalar(_LAST_GIVEN) or 0)
        return int(self._connection.scalar(select(func.max(ledger_entry.c.seq))) or 0)

    def writers(self) -> frozenset[str]:
        """The transactions that may have written entries which nobody else can see yet; none on SQLite."""
        return frozenset(self._connection.scalars(_WRITERS)) if self._is_postgresql else frozenset()

    def newest(self) -> Seal | None:
        """The seal of the last block; None before the first."""
        statement = select(ledger_seal).order_by(ledger_seal.c.block.desc()).limit(1)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else Seal(**row)

    def seals_after(self, block: int) -> Sequence[Seal]:
        """The next seals in order, at most `SEALS_PER_FETCH`."""
        statement = select(ledger_seal).where(ledger_seal.c.block > block).order_by(ledger_seal.c.block)
        return [Seal(**row) for row in self._connection.execute(statement.limit(SEALS_PER_FETCH)).mappings()]

    def block_of(self, seal_hash: str) -> int | None:
        """The number of the block with that hash; None when no seal has it."""
        return self._connection.scalar(select(ledger_seal.c.block).where(ledger_seal.c.hash == seal_hash))

    def block_after(self, seq: int, upto: int, entries_max: int | None = None) -> Block:
        """The entries with a seq above `seq` and not above `upto`, the first `entries_max` of them, as stored."""
        statement = _raw(ledger_entry, ENTRY_COLUMNS).where(ledger_entry.c.seq > seq, ledger_entry.c.seq <= upto)
        entries = self._rows(statement.order_by(ledger_entry.c.seq).limit(entries_max))
        if not entries:
            return Block((), ())
        statement = (
            _raw(ledger_posting, POSTING_COLUMNS)
            .join(ledger_entry, ledger_entry.c.id == ledger_posting.c.entry_id)
            .where(ledger_entry.c.seq > seq, ledger_entry.c.seq <= entries[-1][0])
            .order_by(ledger_entry.c.seq, ledger_posting.c.line)
        )
        return Block(entries, self._rows(statement))

    def append(self, previous: Seal | None, seals: Sequence[Seal], totals: DayTotals) -> bool:
        """Write the seals that follow `previous` and add to the days; False when another process sealed first."""
        if self._is_postgresql:
            self._connection.execute(text("LOCK TABLE ledger_seal IN EXCLUSIVE MODE"))
        newest = self.newest()
        if (newest and newest.hash) != (previous and previous.hash):
            return False
        columns = [column.name for column in ledger_seal.columns]
        bulk_insert(self._connection, ledger_seal, [{name: getattr(seal, name) for name in columns} for seal in seals])
        bulk_upsert(
            self._connection,
            ledger_day,
            [
                {
                    "organization_id": organization_id,
                    "account": account,
                    "currency": currency,
                    "day": from_micros(day),
                    "debit_nanos": debit,
                    "credit_nanos": credit,
                }
                for (organization_id, account, currency, day), (debit, credit) in sorted(totals.items())
            ],
            add=("debit_nanos", "credit_nanos"),
        )
        return True

    def days(self, *, by_organization: bool) -> DayTotals:
        """All days added up: of every organization (its days as one), or of every day (its organizations as one)."""
        columns = (ledger_day.c.account, ledger_day.c.currency)
        by = ledger_day.c.organization_id if by_organization else type_coerce(ledger_day.c.day, BIGINT)
        statement = select(
            by, *columns, func.sum(ledger_day.c.debit_nanos), func.sum(ledger_day.c.credit_nanos)
        ).group_by(by, *columns)
        found: DayTotals = {}
        for key, account, currency, debit, credit in self._connection.execute(statement):
            where = (key, account, currency, 0) if by_organization else ("", account, currency, key)
            found[where] = (int(debit), int(credit))
        return found

    def _rows(self, statement: Select[Any]) -> list[StoredRow]:
        if self._is_postgresql:
            # One document instead of thousands of rows, which the driver would take apart value by value.
            columns = statement.subquery().columns
            document = self._connection.scalar(select(func.json_agg(func.json_build_array(*columns))))
            return list(map(tuple, document or ()))
        return list(map(tuple, self._connection.execute(statement).all()))


def _raw(table: Table, names: Sequence[str]) -> Select[Any]:
    """The columns as the database keeps them: instants stay numbers."""
    columns = (table.c[name] for name in names)
    return select(*(type_coerce(item, BIGINT) if isinstance(item.type, Instant) else item for item in columns))
