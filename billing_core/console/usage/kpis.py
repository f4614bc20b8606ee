"""Figures of usage as numbers on a card, each with its change over complete days and its course."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from billing_core.console.components import Kpi
from billing_core.console.formatting import count, percent, tokens, whole_money
from billing_core.console.usage.movement import Movement
from billing_core.domain.money import Money
from billing_core.services.reporting.measures import Measures

_BASIS_POINTS = 4


def money_kpi(
    label: str,
    move: Movement,
    read: Callable[[Measures], Money],
    *,
    help_text: str,
    good: Literal["up", "down", "neither"] = "neither",
) -> Kpi:
    """An amount of one currency, or credits."""
    return Kpi(
        label,
        whole_money(read(move.current)),
        change=move.change(lambda measures: read(measures).nanos),
        good=good,
        history=move.history(lambda measures: read(measures).nanos),
        help=help_text,
    )


def revenue_kpi(move: Movement, currency: str, label: str = "Revenue") -> Kpi:
    """What customers paid for usage."""
    return money_kpi(
        label,
        move,
        lambda measures: measures.revenue(currency),
        good="up",
        help_text="What customers paid for usage: from their balance, on their next invoice, and for credits what "
        "these had cost them. The prices of plans are not in it.",
    )


def cost_kpi(move: Movement, currency: str) -> Kpi:
    """What providers charged."""
    return money_kpi(
        "Provider cost",
        move,
        lambda measures: measures.provider_cost(currency),
        help_text="What providers charge for this usage, at their prices of the day it happened. Usage whose price "
        "is not known is not in it.",
    )


def margin_kpi(move: Movement, currency: str) -> Kpi:
    """Revenue less provider cost as a part of revenue; a dash where the two are not in one currency."""

    def ratio(measures: Measures) -> Decimal | None:
        return measures.margin_ratio(currency)

    def basis_points(measures: Measures) -> int | None:
        value = ratio(measures)
        return None if value is None else int(value.scaleb(_BASIS_POINTS))

    mixed = move.current.margin(currency) is None
    return Kpi(
        "Gross margin",
        percent(ratio(move.current)),
        change=move.difference(ratio),
        in_points=True,
        history=move.history(basis_points),
        help="Revenue less provider cost, as a part of revenue."
        + (" Here the two are in different currencies; choose one organization." if mixed else ""),
    )


def calls_kpi(move: Movement) -> Kpi:
    """Events, failed ones included."""
    return Kpi(
        "Calls",
        count(move.current.calls),
        change=move.change(lambda measures: measures.calls),
        history=move.history(lambda measures: measures.calls),
    )


def tokens_kpi(move: Movement) -> Kpi:
    """Input, LLM and output tokens."""
    return Kpi(
        "Tokens",
        tokens(move.current.tokens),
        change=move.change(lambda measures: measures.tokens),
        history=move.history(lambda measures: measures.tokens),
    )
