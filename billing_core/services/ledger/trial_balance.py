"""All accounts side by side over a period, of one organization or of all."""

from typing import Protocol

from billing_core.domain.periods import Period
from billing_core.domain.statements import TrialBalanceRow
from billing_core.services.ledger.ports import StatementStore


class TrialBalanceUnit(Protocol):
    """The part of a unit of work that knows accounts over time."""

    @property
    def statements(self) -> StatementStore: ...


def trial_balance(uow: TrialBalanceUnit, period: Period, organization_id: str | None = None) -> list[TrialBalanceRow]:
    """A row for each account and currency that ever moved; per currency debits equal credits and balances add up to 0.

    Of all organizations without an id. A period that begins and ends at midnight in UTC is answered from whole days;
    any other has the entries of its first and last day added up.
    """
    before = uow.statements.totals(period.start, organization_id)
    after = uow.statements.totals(period.end, organization_id)
    rows: list[TrialBalanceRow] = []
    for key in sorted(after, key=lambda item: (item[1], item[0])):
        had_debit, had_credit = before.get(key, (0, 0))
        debit, credit = after[key]
        rows.append(TrialBalanceRow(*key, had_debit - had_credit, debit - had_debit, credit - had_credit))
    return rows
