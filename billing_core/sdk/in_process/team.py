"""Members and seats in this process."""

from collections.abc import Sequence

from billing_core.bootstrap import application
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Actor, MemberRole
from billing_core.domain.ids import new_id
from billing_core.sdk.team_billing_manager import AddedMember
from billing_core.services.seats.add_member import add_member
from billing_core.services.seats.ports import TeamMember
from billing_core.services.seats.read_seats import SeatOffer, read_seats
from billing_core.services.seats.remove_member import remove_member

PRODUCT = Actor("system", "sdk", "Product code", "localhost")


class TeamInProcess:
    """`Team` on the application of this process."""

    def add_member(
        self,
        organization_id: str,
        email: str,
        name: str,
        role: str,
        *,
        department_id: str | None = None,
        operation: str | None = None,
    ) -> AddedMember:
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

    def remove_member(self, organization_id: str, member_id: str, *, operation: str | None = None) -> None:
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

    def offer(self, organization_id: str) -> SeatOffer:
        house = application()
        with house.read() as uow:
            return read_seats(uow, organization_id, house.clock.now())

    def members(self, organization_id: str) -> Sequence[TeamMember]:
        with application().read() as uow:
            return uow.seats.members(uow.organizations.organization(organization_id).id)


def _role(name: str) -> MemberRole:
    try:
        return MemberRole(name)
    except ValueError as error:
        roles = ", ".join(MemberRole)
        raise InvalidInput(f"{name!r} is not a role; use one of {roles}.", field="role") from error
