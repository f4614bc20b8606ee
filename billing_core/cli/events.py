"""python -m billing_core events: taking back usage that was charged and never happened."""

from typing import Annotated

import typer

from billing_core.bootstrap import application
from billing_core.cli.output import SYSTEM, JsonOption, errors_shown, show
from billing_core.domain.money import CREDITS, Money
from billing_core.services.adjustments.cancel_events import cancel_event, revert_backfill
from billing_core.services.organizations.find_organization import find_organization

events = typer.Typer(help="Usage that was charged.", no_args_is_help=True)

OrganizationOption = Annotated[str, typer.Option(help="Whose usage it is: name or id.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for the record.")]


@events.callback()
def group() -> None:
    """Usage that was charged."""


@events.command()
def cancel(
    event_id: Annotated[str, typer.Argument(help="Our id of it: evt_...")],
    organization: OrganizationOption,
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Give back everything an event took: credits, balance, what is owed, allowance, budgets."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            organization_id = find_organization(uow.organizations, organization).id
            first, *_ = cancel_event(
                uow,
                organization_id=organization_id,
                event_id=event_id,
                reason=reason,
                actor=SYSTEM,
                now=house.clock.now(),
            )
        show({"cancelled": event_id, "credits": Money(-first.credits_nanos, CREDITS).decimal_text}, as_json=as_json)


@events.command("revert-backfill")
def revert(
    backfill: Annotated[str, typer.Argument(help="The id the events came with.")],
    organization: OrganizationOption,
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Cancel every event of a backfill; doing it again goes on where it ended."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.read() as uow:
            organization_id = find_organization(uow.organizations, organization).id
        count = revert_backfill(
            house.write,
            house.clock,
            organization_id=organization_id,
            backfill=backfill,
            reason=reason,
            actor=SYSTEM,
        )
        show({"backfill": backfill, "cancelled": count}, as_json=as_json)
