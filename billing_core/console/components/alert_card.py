"""An alert: the fact, when, what follows from it, and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from billing_core.console.formatting import html_text

_SPOKEN = {"bad": "Critical", "warn": "Warning", "good": "Resolved", "muted": "Note"}


@dataclass(frozen=True, slots=True)
class AlertText:
    """What an alert says, as plain text: `title` the fact, `detail` the consequence and the next step."""

    tone: Literal["bad", "warn", "good", "muted"]
    title: str
    when: str
    detail: str


def alert_card(alert: AlertText, *, key: str, actions: Sequence[str] = ()) -> str | None:
    """The alert with a button per action; returns the action just pressed."""
    pressed = None
    with st.container(border=True, key=key, gap=12):
        st.html(
            f'<div class="tb tb-alert"><i class="tb-{alert.tone}"></i>'
            f'<div class="tb-alert-title"><span class="tb-hidden">{_SPOKEN[alert.tone]}: </span>'
            f'{html_text(alert.title)}</div><div class="tb-small tb-muted">{html_text(alert.when)}</div>'
            f'<div class="tb-alert-detail">{html_text(alert.detail)}</div></div>'
        )
        if actions:
            with st.container(horizontal=True, gap=8):
                for action in actions:
                    if st.button(action, key=f"{key}_{action}"):
                        pressed = action
    return pressed
