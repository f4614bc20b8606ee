"""The rules that raise alerts, and the dialog that adds or changes one."""

from collections.abc import Collection, Mapping

import streamlit as st

from billing_core.bootstrap import application
from billing_core.console.alerts.wording import KIND, rule_text
from billing_core.console.commands.alerts import save_rule
from billing_core.console.components import card, confirm_dialog
from billing_core.console.formatting import html_text
from billing_core.console.queries.alerts import AlertAnswers
from billing_core.domain.alerts import PERCENT_KINDS, AlertKind, AlertRule
from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Scope
from billing_core.domain.money import CREDITS, Money, parse_nanos
from billing_core.services.alerts.edit_rule import new_rule_id

ALL = "All organizations"
CURRENCY = "USD"
_EVERYONE = ""
_FIELD = {
    AlertKind.ALLOWANCE_USED: ("Percent of an allowance", "80"),
    AlertKind.CREDITS_LOW: ("Fewer credits than", "50"),
    AlertKind.COST_ABOVE: ("Provider cost in a billing period, USD", "1000.00"),
    AlertKind.BUDGET_USED: ("Percent of a budget", "80"),
    AlertKind.TOP_UP_FAILED: ("Declined tries in a row", "1"),
}


def rules_card(answers: AlertAnswers, *, seen: Scope, may_edit: Scope, kinds: Collection[AlertKind]) -> None:
    """The rules of the organizations in sight; those that may be changed have a button."""
    can_add = may_edit.organization_ids is None or bool(may_edit.organization_ids)
    box = card("Rules", "Raised once per period.", key="alert_rules")
    choices = _choices(answers, may_edit)
    with box.controls:
        if can_add and st.button("Add rule", icon=":material/add:", key="rule_add"):
            _dialog(None, choices, kinds)
    with box.body:
        shown = [rule for rule in answers.rules if rule.organization_id is None or seen.allows(rule.organization_id)]
        for rule in shown:
            is_own = may_edit.organization_ids is None or (
                rule.organization_id is not None and may_edit.allows(rule.organization_id)
            )
            if _line(rule, answers, can_edit=is_own):
                _dialog(rule, choices, kinds)
        if not shown:
            st.caption("No rule watches anything yet.")


def checked_rule(
    rule_id: str, kind: AlertKind, organization_id: str | None, threshold: str, *, is_enabled: bool
) -> AlertRule:
    """The rule that the fields say; InvalidInput naming the field."""
    label = _FIELD[kind][0]
    text = threshold.strip().replace(",", "").removesuffix("%").strip()
    try:
        if kind in (*PERCENT_KINDS, AlertKind.TOP_UP_FAILED):
            number, currency = _whole(text), None
        else:
            currency = CREDITS if kind is AlertKind.CREDITS_LOW else CURRENCY
            number = parse_nanos(text, field="threshold")
        return AlertRule(
            id=rule_id,
            kind=kind,
            organization_id=organization_id,
            threshold=number,
            currency=currency,
            is_enabled=is_enabled,
        )
    except InvalidInput as error:
        raise InvalidInput(f"{label}: {error.message}", field="threshold") from error


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(f"{text!r} is not a whole number such as 80.", field="threshold")
    return int(text[:9])


def _choices(answers: AlertAnswers, may_edit: Scope) -> dict[str, str]:
    names = {item.id: item.name for item in answers.organizations.values() if may_edit.allows(item.id)}
    return {_EVERYONE: ALL} | names if may_edit.organization_ids is None else names


def _line(rule: AlertRule, answers: AlertAnswers, *, can_edit: bool) -> bool:
    whose = ALL if rule.organization_id is None else answers.organizations[rule.organization_id].name
    state = "on" if rule.is_enabled else "off"
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"rule_{rule.id}"
    ):
        st.html(
            f'<div class="tb"><div>{html_text(rule_text(rule))}</div>'
            f'<div class="tb-muted tb-small">{html_text(f"{whose} · {state}")}</div></div>',
            width="content",
        )
        return can_edit and st.button("Edit", type="tertiary", key=f"rule_{rule.id}_edit")


def _dialog(rule: AlertRule | None, choices: Mapping[str, str], kinds: Collection[AlertKind]) -> None:
    rule_id = rule.id if rule else new_rule_id(application().clock.now())
    key = f"rule_form_{rule_id}"

    def fields() -> None:
        chosen = st.selectbox(
            "Kind",
            [kind for kind in AlertKind if kind in kinds],
            index=[kind for kind in AlertKind if kind in kinds].index(rule.kind) if rule else 0,
            format_func=lambda kind: KIND[kind],
            key=f"{key}_kind",
            disabled=rule is not None,
        )
        ids = list(choices)
        st.selectbox(
            "Organization",
            ids,
            index=ids.index(rule.organization_id or _EVERYONE) if rule else 0,
            format_func=lambda choice: choices[choice],
            key=f"{key}_organization",
        )
        label, example = _FIELD[chosen]
        st.text_input(label, value=_threshold(rule) if rule else example, key=f"{key}_threshold_{chosen}")
        st.toggle("Watch and raise alerts", value=rule.is_enabled if rule else True, key=f"{key}_enabled")

    def save() -> None:
        state = st.session_state
        kind: AlertKind = rule.kind if rule else state[f"{key}_kind"]
        save_rule(
            checked_rule(
                rule_id,
                kind,
                state[f"{key}_organization"] or None,
                state[f"{key}_threshold_{kind}"],
                is_enabled=state[f"{key}_enabled"],
            )
        )

    confirm_dialog(
        "Edit rule" if rule else "Add rule",
        confirm="Save rule" if rule else "Add rule",
        on_confirm=save,
        body=fields,
        key=key,
    )


def _threshold(rule: AlertRule) -> str:
    return str(rule.threshold) if rule.currency is None else Money(rule.threshold, rule.currency).decimal_text
