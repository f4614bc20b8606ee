"""The face of teams that product code talks to: members, and what each beyond those included costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from billing_core.bootstrap import application
from billing_core.domain.errors import InvalidInput, SeatsExhausted
from billing_core.domain.identity import Actor, MemberRole
from billing_core.domain.ids import new_id
from billing_core.domain.money import Money
from billing_core.domain.seats import Seats
from billing_core.services.seats.add_member import add_member
from billing_core.services.seats.ports import TeamMember
from billing_core.services.seats.read_seats import read_seats
from billing_core.services.seats.remove_member import remove_member

PRODUCT = Actor("system", "sdk", "Product code", "localhost")


@dataclass(frozen=True, slots=True)
class AddedMember:
    """A member just added: the price of the seat for the rest of the period, and what of it is put on the invoice.

    `generated_password` is told this once; None when the person has one already.
    """

    member_id: str
    price: Money
    owed: Money
    generated_password: str | None = field(repr=False)


class TeamBillingManager:
    """Members of an organization; errors are `billing_core.domain.errors`, with a stable `code` and the numbers."""

    @classmethod
    def add_team_member(
        cls,
        organization_id: str,
        email: str,
        name: str,
        role: str = "member",
        *,
        department_id: str | None = None,
        operation: str | None = None,
    ) -> AddedMember:
        """Add a member; one beyond the seats that are paid for is charged for the rest of the billing period.

        Give an `operation` of your own (a request id) to make the call safe to repeat. Raises SeatsExhausted beyond
        the plan's maximum, InsufficientFunds, Conflict, NotFound or InvalidInput.
        """
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            taken = add_member(
                uow,
                house.passwords,
                organization_id=organization_id,
                email=email,
                name=name,
                role=_role(role),
                department_id=department_id,
                operation=new_id("sop", now) if operation is None else operation,
                actor=PRODUCT,
                now=now,
            )
        return AddedMember(taken.member.member.id, taken.change.amount, taken.change.owed, taken.generated_password)

    @classmethod
    def remove_team_member(cls, organization_id: str, member_id: str, *, operation: str | None = None) -> None:
        """End a membership; the seat stays paid for, and another member can take it until the period ends."""
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            remove_member(
                uow,
                organization_id=organization_id,
                member_id=member_id,
                operation=new_id("sop", now) if operation is None else operation,
                actor=PRODUCT,
                now=now,
            )

    @classmethod
    def can_add_team_member(cls, organization_id: str) -> bool:
        """Whether the plan allows one more; what it costs says `get_member_price`."""
        try:
            cls.get_seats(organization_id).check_addition()
        except SeatsExhausted:
            return False
        return True

    @classmethod
    def get_member_price(cls, organization_id: str) -> Money:
        """What one more member would cost now, for the rest of the billing period; zero on a free seat."""
        house = application()
        with house.read() as uow:
            return read_seats(uow, organization_id, house.clock.now()).next_price

    @classmethod
    def get_seats(cls, organization_id: str) -> Seats:
        """Seats in the running billing period: subscribed, paid for beside that, used, and at most."""
        house = application()
        with house.read() as uow:
            return read_seats(uow, organization_id, house.clock.now()).seats

    @classmethod
    def get_team_members(cls, organization_id: str) -> Sequence[TeamMember]:
        """Who is a member now, by name; NotFound for an unknown organization."""
        with application().read() as uow:
            return uow.seats.members(uow.organizations.organization(organization_id).id)


def _role(name: str) -> MemberRole:
    try:
        return MemberRole(name)
    except ValueError as error:
        roles = ", ".join(MemberRole)
        raise InvalidInput(f"{name!r} is not a role; use one of {roles}.", field="role") from error
