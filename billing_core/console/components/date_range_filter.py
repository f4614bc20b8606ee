"""The range control of a page: which days, and whether to compare; both live in the address."""

from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.date_range import RANGE_CHOICES, DateRange, RangeChoice, resolve_range


def date_range_filter(
    *,
    now: datetime,
    zone: ZoneInfo,
    key: str = "range",
    default: RangeChoice = "28 days",
    compare: bool = True,
) -> DateRange:
    """Draw the control (inside `head.controls`) and return the days it stands for; `now` is aware.

    The key is the name in the address (`?range=12+weeks`), so keep it the same on every page. Without `compare` there
    is no toggle and the period before is not for showing.
    """
    today = now.astimezone(zone).date()
    choice = st.segmented_control(
        "Date range",
        RANGE_CHOICES,
        default=default,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    custom = _custom_days(f"{key}_days", today) if choice == "Custom" else []
    wanted = compare and st.toggle("Compare", value=True, key=f"{key}_compare", bind="query-params")
    return resolve_range(cast(RangeChoice, choice), today, zone, custom=custom, compare=wanted)


def _custom_days(key: str, today: date) -> list[date]:
    """A button that opens a calendar."""
    with st.popover("Days", icon=":material/calendar_today:", key=f"{key}_popover"):
        picked = st.date_input(
            "First and last day", value=[], max_value=today, key=key, format="YYYY-MM-DD", bind="query-params"
        )
    return list(picked)
