"""Nothing to show: because nothing was ever used, or because nothing was used on these days."""

from datetime import UTC, date, datetime

import streamlit as st

from billing_core.console.components import empty_state
from billing_core.console.formatting import day
from billing_core.console.queries import usage as queries
from billing_core.console.usage.links import address
from billing_core.console.usage.question import Question
from billing_core.domain.periods import Period

_EVER = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_COMMAND = "python -m billing_core ingest usage.csv --organization ORGANIZATION --feature chat"
_FIRST_EVENT = """from billing_core.sdk import BillingManager

billing = BillingManager(api_key)
billing.log_usage("chat", provider="openai", model="gpt-4o", input_tokens=374, output_tokens=44)"""


def no_usage(question: Question, page: str) -> None:
    """Say why the screen is empty and what to do; `page` is the file of the page itself."""
    last = queries.last_day(question.chosen.during(_EVER))
    if last is None:
        _nothing_yet(question)
    else:
        _not_in_these_days(question, page, last)


def _nothing_yet(question: Question) -> None:
    with st.container(border=True, key="usage_empty"):
        empty_state(
            "No usage yet",
            "Calls, tokens and what they cost appear here a few seconds after the first event arrives. "
            "Send it from your product, or take in a file.",
            key="usage_nothing_yet",
        )
        with st.container(horizontal_alignment="center"):
            st.code(_FIRST_EVENT, language="python", width=620)
            if question.sees_cost:
                st.code(_COMMAND, language="bash", width=620)


def _not_in_these_days(question: Question, page: str, last: date) -> None:
    first = max(date.min, last - (question.days.current.last - question.days.current.first))
    with st.container(border=True, horizontal_alignment="center", key="usage_empty"):
        empty_state(
            "No usage in these days",
            f"Nothing was used from {question.days.text}. The last usage was on {day(last)}.",
            key="usage_not_in_these_days",
        )
        st.page_link(page, label=f"Show the days up to {day(last)}", query_params=address(first, last))
