"""Nothing to show: because nothing was ever used, or because nothing was used on these days."""

from datetime import UTC, date, datetime

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.components import empty_state
from billing_core.console.formatting import day
from billing_core.console.queries import usage as queries
from billing_core.console.usage.links import days_link
from billing_core.console.usage.question import Question
from billing_core.domain.periods import Period

_EVER = Period(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_CODE_WIDTH_PX = 720


def no_usage(question: Question, path: str) -> None:
    """Say why the screen is empty and what to do; `path` is where the page itself answers."""
    last = queries.last_day(question.chosen.during(_EVER))
    if last is None:
        _nothing_yet(question)
    else:
        _not_in_these_days(question, path, last)


def _nothing_yet(question: Question) -> None:
    with st.container(border=True, key="usage_empty"):
        empty_state(
            "No usage yet",
            "Calls, tokens and what they cost appear here a few seconds after the first event. Send events from your "
            f"product with an API key{', or take in a file' if question.sees_cost else ''}.",
            key="usage_nothing_yet",
        )
        with st.container(horizontal_alignment="center"):
            st.code(_first_event(), language="bash", width=_CODE_WIDTH_PX)
            if question.sees_cost:
                st.code(_take_in_file(question), language="bash", width=_CODE_WIDTH_PX, wrap_lines=True)
            st.space("small")


def _first_event() -> str:
    return (
        f"curl {application().settings.url}/api/v1/events \\\n"
        '  -H "Authorization: Bearer $TOLLBOOTH_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -d \'{"id": "request-1", "feature": "chat", "input_tokens": 374, "output_tokens": 44}\''
    )


def _take_in_file(question: Question) -> str:
    ids = sorted(question.chosen.organization_ids or ())
    return f"python -m billing_core ingest usage.csv --organization {ids[0] if ids else 'NAME'} --feature chat"


def _not_in_these_days(question: Question, path: str, last: date) -> None:
    days = question.days.current
    with st.container(border=True, horizontal_alignment="center", key="usage_empty"):
        empty_state(
            "No usage in these days",
            f"Nothing was used in {question.days.text}. The last usage was on {day(last)}.",
            key="usage_not_in_these_days",
        )
        days_link(f"Show the days up to {day(last)}", path, last - (days.last - days.first), last)
        st.space("small")
