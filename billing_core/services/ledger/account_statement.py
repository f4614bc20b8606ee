"""The statement of an account: opening balance, every line with the balance after it, closing balance."""

from billing_core.domain.errors import InvalidInput
from billing_core.domain.ledger import Account
from billing_core.domain.money import check_currency
from billing_core.domain.periods import Period
from billing_core.domain.statements import AccountKey, Place, Statement, Totals, running_balances
from billing_core.services.ledger.ports import StatementUnit

LINES_MAX = 1_000


def account_statement(
    uow: StatementUnit,
    organization_id: str,
    account: Account,
    currency: str,
    period: Period,
    *,
    after: Place | None = None,
    lines_max: int = LINES_MAX,
) -> Statement:
    """A page of at most `lines_max` lines that were recorded in the period, beginning after a place.

    NotFound for an unknown organization; InvalidInput for an unknown currency or a page of no or too many lines.
    """
    uow.organizations.organization(organization_id)
    key = (account, check_currency(currency))
    if not 1 <= lines_max <= LINES_MAX:
        raise InvalidInput(f"A page has from 1 to {LINES_MAX} lines, not {lines_max}.", field="lines_max")
    opening = _balance(uow.statements.totals(period.start, organization_id, key), key)
    moved = 0 if after is None else uow.statements.movement_nanos(organization_id, key, period, after)
    lines = uow.statements.lines(organization_id, key, period, after, lines_max + 1)
    page = lines[:lines_max]
    return Statement(
        organization_id=organization_id,
        account=account,
        currency=currency,
        period=period,
        opening_nanos=opening,
        brought_forward_nanos=opening + moved,
        lines=running_balances(opening + moved, page),
        closing_nanos=_balance(uow.statements.totals(period.end, organization_id, key), key),
        next_after=page[-1].place if len(lines) > lines_max else None,
    )


def _balance(totals: Totals, key: AccountKey) -> int:
    debit, credit = totals.get(key, (0, 0))
    return debit - credit
