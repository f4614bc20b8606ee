"""python -m billing_core ledger: balances, sealing entries, and comparing them with a seal that was kept outside."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from billing_core.bootstrap import application
from billing_core.cli.output import JsonOption, errors_shown, show
from billing_core.domain.errors import NotFound
from billing_core.domain.money import format_nanos
from billing_core.domain.periods import days
from billing_core.domain.seals import Seal
from billing_core.domain.statements import TrialBalanceRow
from billing_core.services.ledger.trial_balance import trial_balance
from billing_core.services.ledger.verify_anchor import verify_anchor
from billing_core.services.organizations.find_organization import find_organization

ledger = typer.Typer(help="The ledger and its seals.", no_args_is_help=True)

HashArgument = Annotated[str, typer.Argument(metavar="HASH", help="What `ledger head` printed and was kept outside.")]

FirstOption = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, in UTC.")]
LastOption = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day, in UTC.")]


@ledger.callback()
def group() -> None:
    """The ledger and its seals."""


@ledger.command()
def seal(as_json: JsonOption = False) -> None:
    """Seal what was added to the ledger now; the server does so by itself every few seconds."""
    with errors_shown(as_json=as_json):
        show({"sealed_blocks": application().seal_ledger()}, as_json=as_json)


@ledger.command()
def head(as_json: JsonOption = False) -> None:
    """Print the newest seal: keep it outside, and it vouches for every entry before it."""
    with errors_shown(as_json=as_json):
        with application().read() as uow:
            newest = uow.seals.newest()
        if newest is None:
            raise NotFound("Nothing is sealed yet; run: python -m billing_core ledger seal", field="hash")
        show(_facts(newest), as_json=as_json)


@ledger.command("verify-anchor")
def verify_anchor_command(anchor_hash: HashArgument, as_json: JsonOption = False) -> None:
    """Compare the ledger with a seal kept outside; exit code 1 when an entry before it was changed."""
    with errors_shown(as_json=as_json):
        with application().read() as uow:
            found = verify_anchor(uow, anchor_hash)
        show({"unchanged": True, **_facts(found)}, as_json=as_json)


@ledger.command("trial-balance")
def trial_balance_command(
    first: FirstOption,
    last: LastOption,
    organization: Annotated[str | None, typer.Option(help="Its name or id; everybody when left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print what every account held, what moved it and what it holds; debits are positive, credits negative."""
    with errors_shown(as_json=as_json):
        with application().read() as uow:
            owner_id = None if organization is None else find_organization(uow.organizations, organization).id
            rows = trial_balance(uow, days(first.date(), last.date(), ZoneInfo("UTC")), owner_id)
        if as_json:
            show({"rows": [_row(row) for row in rows]}, as_json=True)
            return
        for row in rows:
            facts = _row(row)
            typer.echo(  # as wide as it is: a wrapped table cannot be read
                f"{facts['account']:<28} {facts['currency']:<8} {facts['opening']:>20} {facts['debits']:>20} "
                f"{facts['credits']:>20} {facts['closing']:>20}"
            )


def _row(row: TrialBalanceRow) -> dict[str, str]:
    return {
        "account": row.account.value,
        "currency": row.currency,
        "opening": format_nanos(row.opening_nanos),
        "debits": format_nanos(row.debit_nanos),
        "credits": format_nanos(row.credit_nanos),
        "closing": format_nanos(row.closing_nanos),
    }


def _facts(found: Seal) -> dict[str, object]:
    return {
        "block": found.block,
        "last_seq": found.last_seq,
        "hash": found.hash,
        "sealed_at": found.sealed_at.isoformat(),
    }
