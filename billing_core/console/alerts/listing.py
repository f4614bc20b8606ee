"""The list of alerts: what is going on now before what is over."""

from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.alerts.wording import alert_text, is_critical, is_past
from billing_core.console.commands.alerts import acknowledge
from billing_core.console.components import alert_card, empty_state
from billing_core.console.formatting import count, markdown_text, plural
from billing_core.console.queries.alerts import AlertAnswers
from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Scope
from billing_core.services.alerts.ports import Alert

COUNT_MAX = 50
OPEN, ACKNOWLEDGED = "Open", "Acknowledged"
ACKNOWLEDGE = "Acknowledge"


def is_showing_acknowledged() -> bool:
    """The choice between open and acknowledged alerts, kept in the address."""
    chosen = st.segmented_control(
        "Show alerts",
        [OPEN, ACKNOWLEDGED],
        default=OPEN,
        required=True,
        key="alerts",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen == ACKNOWLEDGED


def alert_list(
    answers: AlertAnswers, zone: ZoneInfo, *, is_acknowledged: bool, may_acknowledge: Scope, with_name: bool
) -> None:
    """The cards; current ones first, then by severity and time."""
    if not answers.alerts:
        _nothing(is_acknowledged=is_acknowledged)
        return
    current = sorted(
        (item for item in answers.alerts if not is_past(item, answers.asked_at)),
        key=lambda item: not is_critical(item, answers),
    )
    past = [item for item in answers.alerts if is_past(item, answers.asked_at)]

    def draw(item: Alert) -> None:
        can = not is_acknowledged and may_acknowledge.allows(item.reading.organization_id)
        text = alert_text(item, answers, zone, with_name=with_name)
        if alert_card(text, key=f"alert_{item.id}", actions=[ACKNOWLEDGE] if can else []):
            _acknowledge(item.id)

    for item in current:
        draw(item)
    if past:
        with st.expander(f"{plural(len(past), 'alert')} of periods that are over", expanded=not current):
            for item in past:
                draw(item)
    total = answers.counts[is_acknowledged]
    if total > len(answers.alerts):
        st.caption(f"{count(len(answers.alerts))} of {plural(total, 'alert')}; acknowledge some to see the others.")


def _acknowledge(alert_id: str) -> None:
    try:
        acknowledge(alert_id)
    except BillingError as error:
        st.error(markdown_text(error.message))
    else:
        st.rerun()


def _nothing(*, is_acknowledged: bool) -> None:
    with st.container(border=True, key="alerts_none_card"):
        if is_acknowledged:
            empty_state(
                "No acknowledged alerts",
                "An alert moves here when somebody acknowledges it.",
                key="alerts_none",
            )
        else:
            empty_state(
                "No open alerts",
                "An alert appears here when usage crosses the threshold of a rule. Nothing has since the last one was "
                "acknowledged.",
                key="alerts_none",
            )
