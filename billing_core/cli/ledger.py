"""python -m billing_core ledger: sealing entries, and comparing them with a seal that was kept outside."""

from typing import Annotated

import typer

from billing_core.bootstrap import application
from billing_core.cli.output import JsonOption, errors_shown, show
from billing_core.domain.errors import NotFound
from billing_core.domain.seals import Seal
from billing_core.services.ledger.verify_anchor import verify_anchor

ledger = typer.Typer(help="The ledger and its seals.", no_args_is_help=True)

HashArgument = Annotated[str, typer.Argument(metavar="HASH", help="What `ledger head` printed and was kept outside.")]


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


def _facts(found: Seal) -> dict[str, object]:
    return {
        "block": found.block,
        "last_seq": found.last_seq,
        "hash": found.hash,
        "sealed_at": found.sealed_at.isoformat(),
    }
