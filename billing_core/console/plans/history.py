"""Every published version of a plan: when, by whom, for how many, and what it changed."""

from zoneinfo import ZoneInfo

import streamlit as st

from billing_core.console.components import Cell, Column, card, diff_table, money_table
from billing_core.console.formatting import count, moment
from billing_core.console.plans.changes import grouped_changes
from billing_core.console.queries.plans import PlanAnswers
from billing_core.console.session import guarded_fragment
from billing_core.domain.catalog import VersionRecord
from billing_core.services.plans.list_plans import PlanOverview

ROWS_MAX = 20


@guarded_fragment
def history_card(item: PlanOverview, answers: PlanAnswers, zone: ZoneInfo) -> None:
    """The published versions, the newest first, and the differences of one to the version before."""
    published = [record for record in reversed(item.versions) if record.status == "published"]
    box = card("Versions", "A published version never changes; subscribers keep theirs.", key="plan_history")
    by_number = {record.version.number: record for record in published}
    with box.controls:
        number = st.selectbox(
            "Show the changes of",
            list(by_number),
            format_func=lambda chosen: f"Version {chosen}",
            key=f"plan_history_{published[0].version.id}",
            label_visibility="collapsed",
            width=140,
        )
    with box.body:
        money_table(
            [_row(record, answers, zone) for record in published[:ROWS_MAX]],
            [
                Column("Version"),
                Column("In effect since"),
                Column("Published by"),
                Column("Subscribers", count),
            ],
            key="plan_history_table",
            alt="Published versions of the plan.",
        )
        _changes(by_number[number], published, answers)


def _row(record: VersionRecord, answers: PlanAnswers, zone: ZoneInfo) -> list[Cell]:
    publisher = record.published_by or ""
    return [
        f"Version {record.version.number}",
        moment(record.effective_from, zone),
        "Catalogue" if publisher == "catalogue" else publisher,
        answers.holders.get(record.version.id, 0),
    ]


def _changes(record: VersionRecord, published: list[VersionRecord], answers: PlanAnswers) -> None:
    number = record.version.number
    before = next((item for item in published if item.version.number < number), None)
    if before is None:
        st.caption(f"Version {number} is the first.")
        return
    st.caption(f"What version {number} changed from version {before.version.number}")
    groups = grouped_changes(before.version.terms, record.version.terms, answers.features)
    diff_table(groups, key="plan_history_diff")
