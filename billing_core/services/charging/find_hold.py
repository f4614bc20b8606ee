"""A hold as its organization sees it."""

from typing import Protocol

from billing_core.domain.errors import NotFound
from billing_core.domain.holds import Hold
from billing_core.services.charging.ports import HoldStore


class HoldUnit(Protocol):
    """The parts of a unit of work that know holds."""

    @property
    def holds(self) -> HoldStore: ...


def find_hold(uow: HoldUnit, organization_id: str, hold_id: str) -> Hold:
    """The hold; NotFound for one that is not there or is another organization's, which are not told apart."""
    hold = uow.holds.by_id([hold_id]).get(hold_id)
    if hold is None or hold.event.organization_id != organization_id:
        raise NotFound(f"There is no hold {hold_id!r}.", field="hold_id")
    return hold
