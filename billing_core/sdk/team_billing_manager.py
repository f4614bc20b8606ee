"""The face of teams that product code talks to: members, and what each beyond those included costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from billing_core.domain.errors import NotAllowed, SeatsExhausted
from billing_core.sdk.connection import backend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing_core.domain.money import Money
    from billing_core.domain.seats import Seats
    from billing_core.services.seats.ports import TeamMember
    from billing_core.services.seats.read_seats import SeatOffer


@dataclass(frozen=True, slots=True)
class AddedMember:
    """A member just added: the price of the seat for the rest of the period, and what of it is put on the invoice.

    `generated_password` is told this once; None when the person has one already.
    """

    member_id: str
    price: Money
    owed: Money
    generated_password: str | None = field(repr=False)


class Team(Protocol):
    """What a backend that manages members can do."""

    def add_member(
        self,
        organization_id: str,
        email: str,
        name: str,
        role: str,
        *,
        department_id: str | None = None,
        operation: str | None = None,
    ) -> AddedMember: ...
    def remove_member(self, organization_id: str, member_id: str, *, operation: str | None = None) -> None: ...
    def offer(self, organization_id: str) -> SeatOffer: ...
    def members(self, organization_id: str) -> Sequence[TeamMember]: ...


class TeamBillingManager:
    """Members of an organization, managed in the process of billing.

    Errors are `billing_core.domain.errors`, with a stable `code` and the numbers; NotAllowed on a connection to a
    server, where members are the administrators' to manage.
    """

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
        return _team().add_member(organization_id, email, name, role, department_id=department_id, operation=operation)

    @classmethod
    def remove_team_member(cls, organization_id: str, member_id: str, *, operation: str | None = None) -> None:
        """End a membership; the seat stays paid for, and another member can take it until the period ends."""
        _team().remove_member(organization_id, member_id, operation=operation)

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
        return _team().offer(organization_id).next_price

    @classmethod
    def get_seats(cls, organization_id: str) -> Seats:
        """Seats in the running billing period: subscribed, paid for beside that, used, and at most."""
        return _team().offer(organization_id).seats

    @classmethod
    def get_team_members(cls, organization_id: str) -> Sequence[TeamMember]:
        """Who is a member now, by name; NotFound for an unknown organization."""
        return _team().members(organization_id)


def _team() -> Team:
    team: Team | None = getattr(backend(), "team", None)
    if team is None:
        raise NotAllowed(
            "Members are managed where billing runs: call this in its process, or the routes under /api/v1/admin."
        )
    return team
