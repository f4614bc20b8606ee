"""Up to four numbers that matter, each with its change and its course."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import streamlit as st

from billing_core.console.formatting import metric_delta


@dataclass(frozen=True, slots=True)
class Kpi:
    """A number on a card.

    `value` is formatted (`whole_money`, `tokens`, `percent`). `change` is a ratio to the period before (or, with
    `in_points`, a difference of ratios). `good` says whether up is plainly good, down is, or neither (no colour).
    `history` draws the sparkline: one number of any unit per complete day.
    """

    label: str
    value: str
    change: Decimal | None = None
    in_points: bool = False
    good: Literal["up", "down", "neither"] = "neither"
    history: Sequence[float] = ()
    help: str | None = None


_DELTA_COLOURS: dict[str, Literal["normal", "inverse", "off"]] = {"up": "normal", "down": "inverse", "neither": "off"}


def kpi_row(kpis: Sequence[Kpi], *, key: str) -> None:
    """Up to four cards side by side, two on a phone."""
    with st.grid(len(kpis), min_column_width=160, gap=12, key=key):
        for kpi in kpis:
            delta = metric_delta(kpi.change, in_points=kpi.in_points)
            st.metric(
                kpi.label,
                kpi.value,
                delta,
                delta_color=_DELTA_COLOURS[kpi.good],
                delta_description=None if delta is None else "vs. prior",
                help=kpi.help,
                border=True,
                height="stretch",
                chart_data=list(kpi.history) or None,
                chart_type="area",
            )
