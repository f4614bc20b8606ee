"""What narrows the usage page, kept in the address: features, models, departments and members."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from billing_core.console.queries import usage as queries
from billing_core.console.usage.names import distinct_labels
from billing_core.console.usage.question import Question
from billing_core.console.usage.switch import switch
from billing_core.services.reporting.usage_filter import Dimension

_FOR_ALL: tuple[Dimension, ...] = ("feature", "model")
# Departments and members are those of one organization; side by side those of many would tell nothing apart.
_FOR_ONE: tuple[Dimension, ...] = (*_FOR_ALL, "department", "member")
_CLEAR = "usage_clear_filters"


def filters(question: Question) -> Question:
    """Draw a filter per dimension and return the question about what is chosen; nothing chosen is everything."""
    dimensions = _FOR_ONE if question.is_single else _FOR_ALL
    if st.session_state.pop(_CLEAR, False):
        for dimension in dimensions:
            st.session_state[dimension] = []
    chosen = question.chosen
    with st.container(horizontal=True, gap=8, key="usage_filters"):
        for dimension in dimensions:
            picked = _filter(dimension, chosen.organization_ids)
            if picked:
                chosen = replace(chosen, **{dimension: frozenset(picked)})
    return question.narrowed(chosen)


def is_filtered(question: Question) -> bool:
    """Whether anything is chosen."""
    return any(question.chosen.chosen(dimension) is not None for dimension in _FOR_ONE)


def clear_filters() -> None:
    """Run the page again with nothing chosen."""
    st.session_state[_CLEAR] = True
    st.rerun()


def _filter(dimension: Dimension, organization_ids: frozenset[str] | None) -> list[str]:
    names = queries.names(dimension, organization_ids)
    labels = distinct_labels(names.items())
    return st.multiselect(
        dimension.capitalize(),
        list(names),
        format_func=lambda key: str(labels.get(key, key)),
        key=dimension,
        bind="query-params",
        placeholder=f"All {dimension}s",
        label_visibility="collapsed",
        width=172,
    )


def split_switch(question: Question) -> tuple[str, Dimension]:
    """Draw what usage is told apart by; its title and the dimension."""
    return switch("Split by", {title: (title, by) for title, by in splits(question).items()}, key="split")


def splits(question: Question) -> Mapping[str, Dimension]:
    """What usage can be told apart by: for one organization its departments, for all of them their names."""
    if question.is_single:
        return {"Feature": "feature", "Model": "model", "Department": "department", "Member": "member"}
    return {"Organization": "organization", "Feature": "feature", "Model": "model", "Member": "member"}
