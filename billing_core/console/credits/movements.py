"""Where credits went: movements by day, what was bought, and the money beside the credits."""

import streamlit as st

from billing_core.console.components import Cell, Column, card, facts, money_table
from billing_core.console.formatting import day, moment, money, plural
from billing_core.console.queries.credits import CreditAnswers
from billing_core.console.session import guarded_fragment
from billing_core.domain.money import Money
from billing_core.services.credits.read_history import HISTORY_DAYS, Movement, MovementKind
from billing_core.services.purchases.ports import Purchase, PurchaseStatus

PAGE_ROWS = 12
PURCHASES_MAX = 10
_KIND = {
    MovementKind.GRANTED: "Granted",
    MovementKind.PURCHASED: "Purchased",
    MovementKind.USED: "Used",
    MovementKind.EXPIRED: "Expired",
    MovementKind.VOIDED: "Voided",
}
_STATUS = {
    PurchaseStatus.PENDING: "Pending",
    PurchaseStatus.PAID: "Paid",
    PurchaseStatus.DECLINED: "Failed",
    PurchaseStatus.EXPIRED: "Expired",
}


@guarded_fragment
def movements_card(answers: CreditAnswers) -> None:
    """Grants, purchases, expiries, and use by day; paging stays inside the card."""
    found = answers.history.movements
    box = card("History", f"The last {HISTORY_DAYS} days; what was used is one line a day.", key="credits_history")
    with box.body:
        if not found:
            st.caption("Nothing was granted or used yet.")
            return
        table = st.empty()
        pages = -(-len(found) // PAGE_ROWS)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            words = st.empty()
            page = st.pagination(pages, key="credits_history_page") if pages > 1 else 1
        first = (page - 1) * PAGE_ROWS
        shown = found[first : first + PAGE_ROWS]
        words.caption(f"{first + 1}–{first + len(shown)} of {plural(len(found), 'movement')}")
        with table.container():
            money_table(
                [_movement_row(item) for item in shown],
                [Column("Day"), Column("Kind"), Column("What"), Column("Credits", _signed)],
                key="credits_history_table",
                alt="Changes of the credit balance, the newest first.",
            )


def money_card(answers: CreditAnswers) -> None:
    """The prepaid balance and what the next invoice will ask for."""
    box = card("Money", "Pays for usage when no credits are left.", key="credits_money", height="stretch")
    with box.body:
        facts(
            [
                ("Prepaid balance", money(answers.money.available)),
                ("Owed on the next invoice", money(answers.money.owed)),
            ],
            key="credits_money_facts",
        )


def purchases_card(answers: CreditAnswers) -> None:
    """What was bought, the newest first, with its status; nothing where nothing ever was."""
    found = answers.purchases
    if not found:
        return
    box = card("Purchases", key="credits_purchases")
    with box.body:
        money_table(
            [_purchase_row(item, answers) for item in found[:PURCHASES_MAX]],
            [
                Column("Package"),
                Column("Status", status=True),
                Column("Begun"),
                Column("Credits", money),
                Column("Price", money),
            ],
            key="credits_purchases_table",
            alt="Purchases of credits, the newest first.",
        )
        if len(found) > PURCHASES_MAX:
            st.caption(f"The newest {PURCHASES_MAX} of {len(found)} purchases.")


def _movement_row(item: Movement) -> list[Cell]:
    return [day(item.day), _KIND[item.kind], item.description, item.amount]


def _purchase_row(item: Purchase, answers: CreditAnswers) -> list[Cell]:
    begun = moment(item.created_at, answers.organization.time_zone)
    return [item.package_name, _STATUS[item.status], begun, item.credits, item.price]


def _signed(amount: Money | None) -> str:
    return money(amount, signed=True)
