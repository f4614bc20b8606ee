"""The tables of the editor: what happens beyond an allowance, prices per unit, and rates per million tokens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from billing_core.console.components import card
from billing_core.console.formatting import rate, words
from billing_core.console.plans.details import OTHER_MODELS, in_order
from billing_core.console.plans.words import parsed_money
from billing_core.console.queries.plans import provider_rates
from billing_core.domain.catalog import Feature
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money, format_nanos
from billing_core.domain.plan_diff import BEYOND
from billing_core.domain.plans import Beyond, FeatureTerms, PlanTerms
from billing_core.domain.price_words import price_words, unit_words
from billing_core.domain.prices import (
    ANY_MODEL,
    CostPlus,
    Flat,
    Graduated,
    Matrix,
    Package,
    PerToken,
    PerUnit,
    PriceModel,
    TokenRates,
    Volume,
)

NAMES_MAX = 3
_AMOUNT = r"^\d+(\.\d{1,9})?$"
_ROW_PX = 36
_KIND_LABELS = {"input": "Input", "output": "Output", "cache_read": "Cached"}
_BEYOND_OF = {label: choice for choice, label in BEYOND.items()}


def feature_table(start: PlanTerms, features: Mapping[str, Feature], key: str) -> PlanTerms:
    """What each feature draws from, what happens beyond it, and its price per unit."""
    codes = list(start.features)
    with card("Features", "What happens when an allowance is used up.", key="plan_features").body:
        edited: pd.DataFrame = st.data_editor(
            pd.DataFrame([_feature_row(code, start, features) for code in codes]),
            key=f"{key}_features",
            hide_index=True,
            row_height=_ROW_PX,
            height="content",
            placeholder="",
            disabled=["Feature", "Included in", "Priced per"],
            column_config={
                "Feature": st.column_config.TextColumn(width=165),
                "Included in": st.column_config.TextColumn(width=130),
                "Beyond": st.column_config.SelectboxColumn(options=list(_BEYOND_OF), required=True, width=130),
                "Price": st.column_config.TextColumn(alignment="right", validate=_AMOUNT, width=75),
            },
        )
    changed = {
        code: _feature_of(start.features[code], row) for code, row in zip(codes, edited.to_dict("records"), strict=True)
    }
    return replace(start, features=changed)


def rate_tables(start: PlanTerms, features: Mapping[str, Feature], key: str) -> PlanTerms:
    """Rates per million tokens by model: one table for each price list that features share."""
    changed = dict(start.features)
    for place, (price, codes) in enumerate(price_lists(start)):
        names = _names(codes, features)
        with card(
            "Rates",
            f"Per 1M tokens, for {names}. Cost is what the model’s maker charges now.",
            key=f"plan_rates_{place}",
        ).body:
            new = _rate_table(price, f"{key}_rates_{place}")
        changed |= {code: replace(changed[code], price=new) for code in codes}
    return replace(start, features=changed)


def price_lists(terms: PlanTerms) -> list[tuple[PerToken, list[str]]]:
    """The different rates of the terms, each with the codes of the features that have it."""
    found: list[tuple[PerToken, list[str]]] = []
    for code, feature in terms.features.items():
        if not isinstance(feature.price, PerToken):
            continue
        known = next((codes for price, codes in found if price == feature.price), None)
        if known is None:
            found.append((feature.price, [code]))
        else:
            known.append(code)
    return found


def _rates_frame(price: PerToken) -> pd.DataFrame:
    """A row per model, exact decimal texts, with what the model's maker charges."""
    costs = provider_rates(frozenset(price.rates))
    rows: list[dict[str, str | None]] = []
    for model in in_order(price):
        rates = price.rates[model]
        row: dict[str, str | None] = {"Model": OTHER_MODELS if model == ANY_MODEL else model}
        for kind, label in _KIND_LABELS.items():
            nanos: int | None = getattr(rates, kind)
            row[label] = None if nanos is None else format_nanos(nanos)
        cost = costs.get(model)
        row["Cost, input"] = rate(cost.input if cost else None)
        row["Cost, output"] = rate(cost.output if cost else None)
        rows.append(row)
    return pd.DataFrame(rows)


def price_label(price: PriceModel | None, feature: Feature | None) -> str:
    """What a price is for: `response`, `GB, in credits`, `token`, `call, by tier`, `100 calls begun`."""
    match price:
        case None:
            return "—"
        case Flat():
            label = "use"
        case PerToken():
            label = "token"
        case PerUnit(_, per_units):
            label = unit_words(per_units, feature)
        case Package(_, size):
            label = f"{unit_words(size, feature)} begun"
        case Graduated() | Volume():
            how = "tier" if isinstance(price, Graduated) else "volume"
            label = f"{unit_words(price.per_units, feature)}, by {how}"
        case CostPlus() | Matrix():
            return price_words(price, feature).partition(";")[0]
    return f"{label}, in credits" if price.currency == CREDITS else label


def amount_text(price: PriceModel | None) -> str | None:
    """The exact amount of a price that has one."""
    return price.amount.decimal_text if isinstance(price, PerUnit | Flat | Package) else None


def _rate_table(price: PerToken, key: str) -> PerToken:
    rate_column = st.column_config.TextColumn(alignment="right", validate=_AMOUNT, width=85)
    costs = ["Cost, input", "Cost, output"]
    edited: pd.DataFrame = st.data_editor(
        _rates_frame(price),
        key=key,
        hide_index=True,
        num_rows="dynamic",
        row_height=_ROW_PX,
        height="content",
        placeholder="",
        disabled=costs,
        column_config={
            "Model": st.column_config.TextColumn(required=True, width=150),
            **dict.fromkeys(_KIND_LABELS.values(), rate_column),
            **{label: st.column_config.TextColumn(alignment="right", width=90) for label in costs},
        },
    )
    rates: dict[str, TokenRates] = {}
    for row in edited.to_dict("records"):
        name = _text(row["Model"])
        if not name:
            continue
        model = ANY_MODEL if name == OTHER_MODELS else name
        if model in rates:
            raise InvalidInput(f"Rates: {name} is there twice; remove one of the two rows.", field="rates")
        rates[model] = _rates_of(name, row, price.rates.get(model, TokenRates(0, 0)), price.currency)
    if ANY_MODEL not in rates:
        raise InvalidInput(f"Rates: the row “{OTHER_MODELS}” is needed for models without their own.", field="rates")
    return replace(price, rates=rates)


def _rates_of(name: str, row: Mapping[Any, Any], before: TokenRates, currency: str) -> TokenRates:
    values: dict[str, int | None] = {}
    for kind, label in _KIND_LABELS.items():
        text = _text(row[label])
        field = f"Rates, {name}, {label.lower()}"
        if not text and kind != "cache_read":
            raise InvalidInput(f"{field}: a rate per 1M tokens is needed, such as 3.60.", field="rates")
        values[kind] = parsed_money(text, currency, field=field).nanos if text else None
    return replace(before, **values)


def _feature_row(code: str, terms: PlanTerms, features: Mapping[str, Feature]) -> dict[str, str | None]:
    feature = terms.features[code]
    return {
        "Feature": features[code].name if code in features else code,
        "Included in": terms.allowances[feature.allowance].name if feature.allowance else "—",
        "Beyond": BEYOND[feature.beyond],
        "Price": amount_text(feature.price),
        "Priced per": price_label(feature.price, features.get(code)),
    }


def _feature_of(before: FeatureTerms, row: Mapping[Any, Any]) -> FeatureTerms:
    beyond: Beyond = _BEYOND_OF[row["Beyond"]]
    text, name = _text(row["Price"]), row["Feature"]
    price = before.price
    if isinstance(price, PerUnit | Flat | Package):
        if not text:
            raise InvalidInput(f"{name}, price: an amount is needed, such as 0.05.", field="price")
        amount: Money = parsed_money(text, price.amount.currency, field=f"{name}, price")
        price = replace(price, amount=amount)
    elif text:
        raise InvalidInput(f"{name}, price: it has no single amount; leave this empty.", field="price")
    if price is None and beyond is not Beyond.STOP:
        raise InvalidInput(f"{name}: it has no price, so it must stop beyond its allowance.", field="beyond")
    if before.allowance is None and beyond is Beyond.STOP:
        raise InvalidInput(f"{name}: without an allowance there is nothing to stop beyond.", field="beyond")
    return replace(before, beyond=beyond, price=price)


def _names(codes: list[str], features: Mapping[str, Feature]) -> str:
    names = [features[code].name if code in features else code for code in codes]
    if len(names) <= NAMES_MAX:
        return words(names)
    return f"{', '.join(names[: NAMES_MAX - 1])} and {len(names) - NAMES_MAX + 1} others"


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""
