"""How much of their allowances organizations have used and what they have left, from the system of record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from billing_core.bootstrap import application
from billing_core.domain.money import Money
from billing_core.services.credits.read_balance import read_balance
from billing_core.services.limits.ports import Limit
from billing_core.services.limits.read_limits import read_limits

_TTL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DisplayUnit:
    """What a screen counts in: `size` of the counted units are one of these."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LimitAnswers:
    """Allowances with what is used of them, and the display units of features."""

    limits: Sequence[Limit]
    units: Mapping[str, DisplayUnit]

    def unit_of(self, limit: Limit) -> DisplayUnit:
        """The unit of the features that share the allowance."""
        return next((self.units[code] for code in limit.features if code in self.units), DisplayUnit("", 1))


@st.cache_data(ttl=_TTL_SECONDS, max_entries=200, show_spinner=False)
def limits(organization_ids: frozenset[str] | None) -> LimitAnswers:
    """The allowances of these organizations (None: all) in the periods of this moment."""
    house = application()
    with house.read() as uow:
        return LimitAnswers(
            read_limits(uow.limits, organization_ids, house.clock.now()),
            {item.code: DisplayUnit(item.display_unit, item.units_per_display_unit) for item in uow.catalog.features()},
        )


@st.cache_data(ttl=_TTL_SECONDS, max_entries=200, show_spinner=False)
def credits_left(organization_id: str) -> Money:
    """The credits the organization can spend at this moment."""
    house = application()
    with house.read(organization_id) as uow:
        return read_balance(uow, organization_id, house.clock.now()).credits
