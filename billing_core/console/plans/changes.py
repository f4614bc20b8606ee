"""Differences between versions as the screen shows them."""

from collections.abc import Mapping, Sequence

from billing_core.console.components import Difference
from billing_core.domain.catalog import Feature
from billing_core.domain.plan_diff import Change, plan_diff
from billing_core.domain.plans import PlanTerms


def grouped_changes(
    old: PlanTerms, new: PlanTerms, features: Mapping[str, Feature]
) -> list[tuple[str, list[Difference]]]:
    """Every difference under the title of its group, in order; empty where nothing differs."""
    groups: dict[str, list[Difference]] = {}
    for change in plan_diff(old, new, features):
        groups.setdefault(change.group, []).append(_difference(change))
    return list(groups.items())


def number_of_changes(groups: Sequence[tuple[str, Sequence[Difference]]]) -> int:
    """How many lines there are in all groups."""
    return sum(len(differences) for _, differences in groups)


def _difference(change: Change) -> Difference:
    label = f"{change.label[:1].upper()}{change.label[1:]}" if change.label.startswith("other") else change.label
    return Difference(label, change.before, change.after)
