"""Is it under the limit: a bar of what is used, a tint up to the forecast, and words that say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import streamlit as st

from billing_core.console.formatting import count, day, html_text, ratio, whole_money
from billing_core.domain.money import Money

PERCENT = 100

_WARN_FROM = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Meter:
    """A bar: `filled` and `forecast` are parts of its length (over 1 is cut), all texts are plain."""

    name: str
    value: str
    of: str
    filled: Decimal
    left: str
    right: str
    forecast: Decimal | None = None
    tone: Literal["info", "warn", "bad"] = "info"


def limit_meter(
    name: str,
    used: Money | int,
    cap: Money | int,
    *,
    forecast: Money | int | None = None,
    runs_out_on: date | None = None,
) -> Meter:
    """The meter of a limit or budget: warns from 80 % or when the forecast passes the cap, bad at 100 %.

    `forecast` is what will have been used at the end of the period, in the unit of the others.
    """
    filled = ratio(_number(used), _number(cap)) or Decimal(0 if _number(cap) else 1)
    ahead = None if forecast is None else ratio(_number(forecast), _number(cap))
    passes = ahead is not None and ahead > 1
    if filled >= 1:
        tone, words = "bad", "Limit reached"
    elif passes:
        tone, words = "warn", "Runs out " + (day(runs_out_on, year=False) if runs_out_on else "before the period ends")
    elif filled >= _WARN_FROM:
        tone, words = "warn", "Close to the limit"
    else:
        tone, words = "info", "Stays under the limit" if ahead is not None else "Under the limit"
    return Meter(name, _text(used), f" of {_text(cap)}", filled, f"{int(filled * PERCENT)}% used", words, ahead, tone)


def meters(items: Sequence[Meter], *, key: str) -> None:
    """The bars below each other."""
    with st.container(key=key):
        st.html(f'<div class="tb tb-meters">{"".join(map(meter_html, items))}</div>')


def meter_html(meter: Meter) -> str:
    """One bar as HTML; every text is escaped."""
    filled = _width(meter.filled)
    ahead = f'<i class="ahead" style="width:{_width(meter.forecast)}%"></i>' if meter.forecast is not None else ""
    tone = "" if meter.tone == "info" else f" tb-{meter.tone}"
    value = f'{html_text(meter.value)}<span class="tb-muted">{html_text(meter.of)}</span>'
    spoken = html_text(f"{meter.value}{meter.of}; {meter.left}; {meter.right}")
    return (
        '<div><div class="tb-meter-line">'
        f'<span class="tb-meter-name">{html_text(meter.name)}</span>'
        f'<span class="tb-meter-value">{value}</span>'
        f'</div><div class="tb-meter-bar{tone}" role="meter" aria-label="{html_text(meter.name)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{filled}" aria-valuetext="{spoken}">{ahead}<i style="width:{filled}%"></i>'
        '</div><div class="tb-meter-line tb-small">'
        f'<span class="tb-muted">{html_text(meter.left)}</span>'
        f'<span class="{tone.strip() or "tb-muted"}">{html_text(meter.right)}</span></div></div>'
    )


def _number(amount: Money | int) -> int:
    return amount.nanos if isinstance(amount, Money) else amount


def _text(amount: Money | int) -> str:
    return whole_money(amount) if isinstance(amount, Money) else count(amount)


def _width(part: Decimal | None) -> Decimal:
    return (min(max(part or Decimal(0), Decimal(0)), Decimal(1)) * PERCENT).quantize(Decimal("0.1"))
