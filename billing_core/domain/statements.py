"""Statements: what an account held, what moved it, what it holds; and the balances of all accounts side by side.

A statement goes by when entries were recorded, not by when what they tell of happened: so the statement of a period
that is over never changes, whatever is corrected later. Balances are debits less credits: what is owed is negative.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.ledger import Account
from billing_core.domain.periods import Period

AccountKey = tuple[Account, str]  # with the currency
Totals = Mapping[AccountKey, tuple[int, int]]  # debits and credits, both positive


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a line stands among all lines: by recording, then by entry, then by its number in the entry."""

    recorded_at: datetime
    seq: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A posting of an account with what its entry says."""

    place: Place
    entry_id: str
    kind: str
    description: str
    effective_at: datetime
    amount_nanos: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line, and the account's balance (nanos) after it."""

    line: LedgerLine
    balance_nanos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A page of an account's statement; amounts in nanos of its currency.

    `opening_nanos` and `closing_nanos` are those of the period, `brought_forward_nanos` is the balance before the first
    line of the page. `next_after` is the place to go on from, None on the last page.
    """

    organization_id: str
    account: Account
    currency: str
    period: Period
    opening_nanos: int
    brought_forward_nanos: int
    lines: Sequence[StatementLine]
    closing_nanos: int
    next_after: Place | None


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """An account in a period: what it held, what was added and taken, what it holds; in nanos of the currency."""

    account: Account
    currency: str
    opening_nanos: int
    debit_nanos: int
    credit_nanos: int

    @property
    def closing_nanos(self) -> int:
        return self.opening_nanos + self.debit_nanos - self.credit_nanos


def running_balances(brought_forward_nanos: int, lines: Sequence[LedgerLine]) -> list[StatementLine]:
    """The lines with the balance after each."""
    found: list[StatementLine] = []
    balance = brought_forward_nanos
    for line in lines:
        balance += line.amount_nanos
        found.append(StatementLine(line, balance))
    return found
