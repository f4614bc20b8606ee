"""The commands and where they live."""

import typer

from billing_core.cli.accounts import api_keys, members, organizations, staff
from billing_core.cli.events import events
from billing_core.cli.ingest import ingest
from billing_core.cli.init import init
from billing_core.cli.ledger import ledger
from billing_core.cli.prices import prices
from billing_core.cli.serve import serve
from billing_core.cli.verify import verify
from billing_core.cli.verify_setup import verify_setup
from billing_core.cli.warehouse import warehouse

main = typer.Typer(
    name="billing_core",
    help="Tollbooth: billing for AI products.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
main.command()(init)
main.command()(serve)
main.command()(ingest)
main.command()(verify)
main.command()(verify_setup)
main.add_typer(organizations, name="organization")
main.add_typer(members, name="member")
main.add_typer(staff, name="staff")
main.add_typer(api_keys, name="api-key")
main.add_typer(events, name="events")
main.add_typer(prices, name="prices")
main.add_typer(warehouse, name="warehouse")
main.add_typer(ledger, name="ledger")
