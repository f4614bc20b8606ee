"""The fields of the editor: each begins with what the draft says and gives back what it holds now."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from billing_core.console.components import card
from billing_core.console.plans.words import (
    optional_money,
    parsed_money,
    parsed_quantity,
    plain_quantity,
    unit_of,
)
from billing_core.domain.catalog import Feature
from billing_core.domain.document_reader import UNLIMITED
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plan_document import TRIAL_DAYS_MAX
from billing_core.domain.plans import PlanTerms

SEATS_MOST = 1_000_000
_NO_LIMIT = f"A number, or {UNLIMITED}."
_MONEY_ICON = {"USD": ":material/attach_money:", "EUR": ":material/euro:", "GBP": ":material/currency_pound:"}


def price_fields(start: PlanTerms, key: str) -> PlanTerms:
    """The group Price; InvalidInput naming the field that cannot be."""
    with card("Price", key="plan_price").body:
        left, right = st.columns(2)
        month = _money(left, "Base price per month", start.price_month, start.currency, key=f"{key}_price_month")
        year = _money(
            right,
            "Price per year",
            start.price_year,
            start.currency,
            key=f"{key}_price_year",
            help="Empty: not sold by year.",
        )
        trial = left.number_input(
            "Trial, days", 0, TRIAL_DAYS_MAX, value=start.trial_days, step=1, key=f"{key}_trial_days"
        )
        value = _money(
            right,
            "A credit pays for",
            start.credit_value,
            start.currency,
            key=f"{key}_credit_value",
            help="How much usage at this plan's prices one credit covers.",
        )
    return replace(
        start,
        price_month=parsed_money(month, start.currency, field="Base price per month"),
        price_year=optional_money(year, start.currency, field="Price per year"),
        trial_days=trial,
        credit_value=parsed_money(value, start.currency, field="A credit pays for"),
    )


def allowance_fields(start: PlanTerms, features: Mapping[str, Feature], key: str) -> PlanTerms:
    """The group Allowance: seats, credits and every allowance; InvalidInput naming the field that cannot be."""
    with card("Allowance", "Every month. What is left over does not carry on.", key="plan_allowance").body:
        columns = st.columns(2)
        seats = columns[0].number_input(
            "Seats included", 1, SEATS_MOST, value=start.seats_included, step=1, key=f"{key}_seats"
        )
        most = columns[1].text_input(
            "Seats at most", plain_quantity(start.seats_max, 1), key=f"{key}_seats_max", help=_NO_LIMIT
        )
        further = _money(columns[0], "Each further seat", start.seat_price, start.currency, key=f"{key}_seat_price")
        credits = columns[1].text_input(
            "Credits a month", start.credits_per_month.decimal_text, key=f"{key}_credits", icon=":material/toll:"
        )
        quantities = {
            code: columns[place % 2].text_input(
                _allowance_label(code, start, features),
                plain_quantity(allowance.quantity, unit_of(code, start, features)[0]),
                key=f"{key}_allowance_{code}",
                help=_NO_LIMIT,
            )
            for place, (code, allowance) in enumerate(start.allowances.items())
        }
    return replace(
        start,
        seats_included=seats,
        seats_max=parsed_quantity(most, 1, field="Seats at most"),
        seat_price=optional_money(further, start.currency, field="Each further seat"),
        credits_per_month=parsed_money(credits, CREDITS, field="Credits a month"),
        allowances={
            code: replace(
                allowance,
                quantity=parsed_quantity(quantities[code], unit_of(code, start, features)[0], field=allowance.name),
            )
            for code, allowance in start.allowances.items()
        },
    )


def _money(
    place: DeltaGenerator, label: str, amount: Money | None, currency: str, *, key: str, help: str | None = None
) -> str:
    text = "" if amount is None else amount.decimal_text
    icon = _MONEY_ICON.get(currency, ":material/payments:")
    return place.text_input(label, text, key=key, help=help, icon=icon)


def _allowance_label(code: str, terms: PlanTerms, features: Mapping[str, Feature]) -> str:
    name, unit = terms.allowances[code].name, unit_of(code, terms, features)[1]
    return f"{name}, {unit}" if unit else name
