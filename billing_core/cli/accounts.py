"""Commands that make organizations, members, staff and API keys."""

from typing import Annotated

import typer

from billing_core.bootstrap import application
from billing_core.cli.output import SYSTEM, JsonOption, errors_shown, show
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import MemberRole, StaffRole
from billing_core.domain.organizations import ApiScope
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.organizations.create_api_key import SCOPES_USUAL, create_api_key
from billing_core.services.organizations.create_member import create_member
from billing_core.services.organizations.create_organization import FIRST_PLAN
from billing_core.services.organizations.find_organization import find_organization
from billing_core.services.organizations.open_organization import open_organization

organizations = typer.Typer(help="Customers.", no_args_is_help=True)
members = typer.Typer(help="People of a customer.", no_args_is_help=True)
staff = typer.Typer(help="People who run the product.", no_args_is_help=True)
api_keys = typer.Typer(help="Keys that product code signs its calls with.", no_args_is_help=True)

OrganizationOption = Annotated[str, typer.Option("--organization", help="Its name or id.")]
PasswordOption = Annotated[str | None, typer.Option(help="At least 12 characters; made up when left out.")]


@organizations.callback()
@members.callback()
@staff.callback()
@api_keys.callback()
def group() -> None:
    """Every group has its verbs."""


@organizations.command("create")
def create_organization(
    name: str,
    plan: Annotated[str, typer.Option(help="Code of the plan.")] = FIRST_PLAN,
    currency: Annotated[str, typer.Option(help="What it is billed in.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="Decides its days, such as Europe/Berlin.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Create an organization on a plan, with the sign-up credits."""
    house = application()
    now = house.clock.now()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            organization = open_organization(
                uow,
                name=name,
                plan_code=plan,
                currency=currency,
                time_zone=time_zone,
                sign_up_credits=house.catalog_settings.sign_up_credits,
                sign_up_valid_days=house.catalog_settings.sign_up_valid_days,
                actor=SYSTEM,
                now=now,
            )
            grant_plan_credits(uow, now)
        show({"id": organization.id, "name": organization.name, "plan": plan}, as_json=as_json)


@members.command("create")
def create_member_of(
    email: str,
    organization: OrganizationOption,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    role: MemberRole = MemberRole.MEMBER,
    password: PasswordOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a person a member of an organization, so that they can sign in."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            made = create_member(
                uow,
                house.passwords,
                organization_id=find_organization(uow.organizations, organization).id,
                email=email,
                name=name,
                role=role,
                password=password,
                actor=SYSTEM,
                now=house.clock.now(),
            )
        facts = {"id": made.member.id, "email": made.person.email, "role": role.value}
        show(facts | _told_once(made.generated_password), as_json=as_json)


@staff.command("create")
def create_staff_member(
    email: str,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    role: StaffRole = StaffRole.ADMIN,
    password: PasswordOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a person an administrator or analyst, who sees every organization."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            made = create_staff(
                uow,
                house.passwords,
                email=email,
                name=name,
                role=role,
                password=password,
                actor=SYSTEM,
                now=house.clock.now(),
            )
        facts = {"id": made.person.id, "email": made.person.email, "role": role.value}
        show(facts | _told_once(made.generated_password), as_json=as_json)


@api_keys.command("create")
def create_key(
    name: str,
    organization: Annotated[str | None, typer.Option("--organization", help="Its name or id.")] = None,
    is_operator: Annotated[bool, typer.Option("--operator", help="One that works for every organization.")] = False,
    scope: Annotated[
        list[ApiScope] | None, typer.Option(help="May be given more than once; charge and read when left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create an API key, of an organization or of operators; its secret is shown this once."""
    house = application()
    with errors_shown(as_json=as_json):
        if is_operator == (organization is not None):
            raise InvalidInput("Give either --organization or --operator.", field="organization")
        with house.write() as uow:
            issued = create_api_key(
                uow,
                organization_id=None if organization is None else find_organization(uow.organizations, organization).id,
                name=name,
                scopes=frozenset(scope or SCOPES_USUAL),
                actor=SYSTEM,
                now=house.clock.now(),
            )
        scopes = sorted(issued.api_key.scopes)
        facts = {"id": issued.api_key.id, "name": name, "scopes": scopes if as_json else ", ".join(scopes)}
        show(facts | {"secret": issued.secret}, as_json=as_json)


def _told_once(password: str | None) -> dict[str, str]:
    return {} if password is None else {"password": password}
