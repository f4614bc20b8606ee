"""Lines and totals of accounts: whole days from what the sealer added up, the rest from the postings themselves."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Tuple, case, func, select, tuple_

from billing_core.adapters.database.schema.ledger import ledger_day, ledger_entry, ledger_posting, ledger_seal
from billing_core.domain.ledger import Account
from billing_core.domain.money import NANOS_PER_UNIT
from billing_core.domain.periods import Period
from billing_core.domain.statements import AccountKey, LedgerLine, Place, Totals

Rows = Select[*tuple[Any, ...]]

_AMOUNT = ledger_posting.c.amount_nanos
_PLACE = tuple_(ledger_entry.c.recorded_at, ledger_entry.c.seq, ledger_posting.c.line)
_PLACE_TYPES = (ledger_entry.c.recorded_at.type, ledger_entry.c.seq.type, ledger_posting.c.line.type)


class StatementStore:
    """Reads accounts over time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def totals(self, until: datetime, organization_id: str | None = None, key: AccountKey | None = None) -> Totals:
        """Debits and credits (nanos) of everything recorded before `until`, by account and currency.

        Of one organization or of all, of one account or of all. The days hold every entry up to the newest seal; of
        these only the last day is added up here, unless it is over by then, and of the others all: the last seconds.
        """
        midnight = datetime.combine(until.astimezone(UTC).date(), time(), tzinfo=UTC)
        sealed_seq = int(self._connection.scalar(select(func.max(ledger_seal.c.last_seq))) or 0)
        days = _summed(ledger_day, ledger_day.c.debit_nanos, ledger_day.c.credit_nanos)
        unsealed = select(ledger_entry.c.id).where(ledger_entry.c.seq > sealed_seq, ledger_entry.c.recorded_at < until)
        parts = [
            _narrowed(days.where(ledger_day.c.day < midnight), ledger_day, organization_id, key),
            _narrowed(_postings_of(unsealed), ledger_posting, organization_id, key),
        ]
        if until != midnight:
            last_day = select(ledger_entry.c.id).where(
                ledger_entry.c.recorded_at >= midnight,
                ledger_entry.c.recorded_at < until,
                ledger_entry.c.seq <= sealed_seq,
            )
            if organization_id is not None:
                last_day = last_day.where(ledger_entry.c.organization_id == organization_id)
            parts.append(_narrowed(_postings_of(last_day), ledger_posting, organization_id, key))
        return self._added_up(parts)

    def movement_nanos(self, organization_id: str, key: AccountKey, period: Period, upto: Place) -> int:
        """What the lines of a period up to and including a place add up to."""
        statement = _lines(select(*_sums(_AMOUNT)), organization_id, key).where(
            ledger_entry.c.recorded_at >= period.start,
            ledger_entry.c.recorded_at <= upto.recorded_at,
            _place_of(upto) >= _PLACE,
        )
        row = self._connection.execute(statement).one()
        return _nanos(row[0], row[1])

    def lines(
        self, organization_id: str, key: AccountKey, period: Period, after: Place | None, count_max: int
    ) -> Sequence[LedgerLine]:
        """The lines of an account in a period, in order, beginning after a place."""
        statement = _lines(
            select(
                ledger_entry.c.id,
                ledger_entry.c.kind,
                ledger_entry.c.description,
                ledger_entry.c.effective_at,
                ledger_entry.c.recorded_at,
                ledger_entry.c.seq,
                ledger_posting.c.line,
                _AMOUNT,
            ),
            organization_id,
            key,
        ).where(
            ledger_entry.c.recorded_at >= (period.start if after is None else after.recorded_at),
            ledger_entry.c.recorded_at < period.end,
        )
        if after is not None:
            statement = statement.where(_place_of(after) < _PLACE)
        ordered = statement.order_by(ledger_entry.c.recorded_at, ledger_entry.c.seq, ledger_posting.c.line)
        return [
            LedgerLine(
                place=Place(row.recorded_at, row.seq, row.line),
                entry_id=row.id,
                kind=row.kind,
                description=row.description,
                effective_at=row.effective_at,
                amount_nanos=row.amount_nanos,
            )
            for row in self._connection.execute(ordered.limit(count_max))
        ]

    def _added_up(self, parts: Sequence[Rows]) -> Totals:
        totals: defaultdict[AccountKey, list[int]] = defaultdict(lambda: [0, 0])
        for statement in parts:
            for row in self._connection.execute(statement):
                total = totals[Account(row.account), row.currency]
                total[0] += _nanos(row[2], row[3])
                total[1] += _nanos(row[4], row[5])
        return {key: (debit, credit) for key, (debit, credit) in totals.items()}


def _summed(table: Table, debit: ColumnElement[int], credit: ColumnElement[int]) -> Rows:
    statement = select(table.c.account, table.c.currency, *_sums(debit), *_sums(credit))
    return statement.group_by(table.c.account, table.c.currency)


def _sums(nanos: ColumnElement[int]) -> list[ColumnElement[int]]:
    """The sum of whole units and the sum of the rest: together they may be more than a database can count."""
    units = nanos // NANOS_PER_UNIT
    return [func.sum(units), func.sum(nanos - units * NANOS_PER_UNIT)]


def _postings_of(entry_ids: Select[str]) -> Rows:
    """Of entries that are picked first: SQLite would look for the account in all postings otherwise."""
    debit, credit = case((_AMOUNT > 0, _AMOUNT), else_=0), case((_AMOUNT < 0, -_AMOUNT), else_=0)
    return _summed(ledger_posting, debit, credit).where(ledger_posting.c.entry_id.in_(entry_ids))


def _narrowed(statement: Rows, table: Table, organization_id: str | None, key: AccountKey | None) -> Rows:
    if organization_id is not None:
        statement = statement.where(table.c.organization_id == organization_id)
    return statement if key is None else statement.where(table.c.account == key[0], table.c.currency == key[1])


def _lines(statement: Rows, organization_id: str, key: AccountKey) -> Rows:
    joined = statement.join_from(ledger_entry, ledger_posting, ledger_posting.c.entry_id == ledger_entry.c.id)
    return joined.where(
        ledger_entry.c.organization_id == organization_id,
        ledger_posting.c.account == key[0],
        ledger_posting.c.currency == key[1],
    )


def _place_of(place: Place) -> Tuple:
    return tuple_(place.recorded_at, place.seq, place.line, types=_PLACE_TYPES)


def _nanos(units: int | None, nanos: int | None) -> int:
    return int(units or 0) * NANOS_PER_UNIT + int(nanos or 0)
