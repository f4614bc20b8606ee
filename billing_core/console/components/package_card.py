"""A package of credits on offer, with a button that names its price."""

from dataclasses import dataclass

import streamlit as st

from billing_core.console.formatting import html_text, markdown_text, price, rate
from billing_core.domain.money import NANOS_PER_UNIT, Money, divide_half_even


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """`credits` and `bonus` are amounts of CREDITS; `saving` is a formatted percentage against the smallest package."""

    name: str
    credits: Money
    price: Money
    bonus: Money | None = None
    saving: str = ""

    @property
    def note(self) -> str:
        """The bonus, if any, and the effective price of one credit: `Plus 150 bonus · $0.942 each`."""
        nanos = self.credits.nanos + (self.bonus.nanos if self.bonus else 0)
        each = Money(divide_half_even(self.price.nanos * NANOS_PER_UNIT, nanos), self.price.currency)
        unit_price = f"{rate(each, significant=3)} each"
        return f"Plus {price(self.bonus)} bonus · {unit_price}" if self.bonus else unit_price


def package_card(offer: PackageOffer, *, key: str, primary: bool = False) -> bool:
    """The offer; returns whether its button was pressed. One package of a row is primary."""
    with st.container(border=True, key=key, gap=12, height="stretch"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"{key}_offer_head"
        ):
            st.container(width="content").subheader(markdown_text(offer.name), anchor=False)
            if offer.saving:
                st.badge(f"Save {offer.saving}", color="green")
        st.html(
            f'<div class="tb"><div class="tb-amount">{html_text(price(offer.credits))} credits</div>'
            f'<div class="tb-muted">{html_text(offer.note)}</div></div>'
        )
        st.space("stretch")
        return st.button(
            f"Buy for {price(offer.price)}",
            key=f"{key}_buy",
            type="primary" if primary else "secondary",
            width="stretch",
        )
