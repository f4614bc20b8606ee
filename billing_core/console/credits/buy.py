"""Buying a package: the offers, a dialog that itemises the price, and the way to the payment page."""

from collections.abc import Sequence

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.commands.credits import buy_package
from billing_core.console.components import LineItem, PackageOffer, line_items, package_card, section_head
from billing_core.console.formatting import html_text, markdown_text, money, percent, plural, price, rate, ratio
from billing_core.console.queries.credits import CreditAnswers
from billing_core.domain.credits import CreditPackage
from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Permission, who_can_grant
from billing_core.domain.money import NANOS_PER_UNIT, Money, divide_half_even
from billing_core.services.purchases.start_purchase import new_purchase_id

RECOMMENDED = 1  # the second smallest: most of the saving for little money
CARD_PX = 220


def buy_section(answers: CreditAnswers, *, may_buy: bool) -> None:
    """The packages on sale; who may not buy is told who can."""
    packages = [item for item in answers.packages if item.price.currency == answers.organization.currency]
    section_head("Buy credits", _terms(packages), key="credits_buy_head")
    if not may_buy:
        st.caption(who_can_grant(Permission.BUY_CREDITS))
        return
    with st.grid(4, min_column_width=CARD_PX, gap=12):
        for place, package in enumerate(packages):
            offer = PackageOffer(package.name, package.credits, package.price, saving=saving(package, packages[0]))
            if package_card(offer, key=f"package_{package.code}", primary=place == RECOMMENDED):
                _dialog(answers, package, new_purchase_id(application().clock.now()))


def saving(package: CreditPackage, smallest: CreditPackage) -> str:
    """How much less a credit costs than in the smallest package, as percent; empty where it is not less."""
    whole = smallest.price.nanos * package.credits.nanos
    saved = whole - package.price.nanos * smallest.credits.nanos
    return percent(ratio(saved, whole)) if saved > 0 else ""


def _dialog(answers: CreditAnswers, package: CreditPackage, purchase_id: str) -> None:
    page_key = f"checkout_{purchase_id}"

    @st.dialog(f"Buy {price(package.credits)} credits", width="medium")
    def ask() -> None:
        if page_key in st.session_state:
            _offer_page(st.session_state[page_key], package)
            return
        _itemise(answers, package)
        with st.container(horizontal=True, horizontal_alignment="right", gap=8):
            if st.button("Cancel", key="buy_cancel"):
                st.rerun()
            wants = st.button(f"Pay {price(package.price)}", key="buy_confirm", type="primary")
        if wants:
            try:
                purchase = buy_package(answers.organization, package.code, purchase_id)
            except BillingError as error:
                st.error(markdown_text(f"{error.message} Nothing was charged."))
                return
            st.session_state[page_key] = purchase.checkout_url or ""
            st.rerun(scope="fragment")

    ask()


def _itemise(answers: CreditAnswers, package: CreditPackage) -> None:
    each = Money(divide_half_even(package.price.nanos * NANOS_PER_UNIT, package.credits.nanos), package.price.currency)
    st.text(f"For {answers.organization.name}. Credits arrive as soon as the payment is confirmed.")
    line_items(
        [
            LineItem(
                f"{package.name} package",
                money(package.price),
                quantity=price(package.credits),
                rate=rate(each, significant=3),
                note=_lasting(package),
            ),
            LineItem("Tax", money(Money.zero(package.price.currency)), note="None is added"),
        ],
        total=money(package.price),
        key="buy_lines",
    )


def _offer_page(url: str, package: CreditPackage) -> None:
    st.text(f"The payment page is ready. Nothing is charged until {price(package.price)} is paid there.")
    st.html(
        '<div style="text-align:right"><a class="tb-button" target="_self" '
        f'href="{html_text(url)}">Go to the payment page</a></div>'
    )


def _terms(packages: Sequence[CreditPackage]) -> str:
    lasting = {_lasting(item) for item in packages}
    return f"No tax is added. {lasting.pop()}." if len(lasting) == 1 else "No tax is added."


def _lasting(package: CreditPackage) -> str:
    if package.valid_months is None:
        return "Purchased credits do not expire"
    return f"Purchased credits last {plural(package.valid_months, 'month')}"
