"""What a draft would have meant for usage that has already happened, beside what the plan means now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing_core.domain.plans import PlanTerms
from billing_core.services.plans.single_changes import single_changes
from billing_core.services.plans.usage_statement import Statement, UsageTotals, statement_of

MARGIN_FLOOR_PERCENT = 25
_PERMILLE_PER_PERCENT = 10


@dataclass(frozen=True, slots=True)
class MarginWarning:
    """A margin under the floor, and which change of the draft costs most; no cause when it costs nothing."""

    headline: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """Both statements over the same usage. `unpriced_events` are those whose provider cost is not known."""

    organizations: int
    now: Statement
    draft: Statement
    unpriced_events: int
    warning: MarginWarning | None


def effect_of(
    terms_now: PlanTerms,
    terms_draft: PlanTerms,
    usage: Sequence[UsageTotals],
    seats: Mapping[str, int],
    *,
    margin_floor_percent: int = MARGIN_FLOOR_PERCENT,
) -> Effect:
    """Compare two versions over a month of usage of the organizations in `seats`, their seats by id.

    See `statement_of` for what is assumed. The warning is there when the draft's margin is under the floor.
    """
    now, draft = (statement_of(terms, usage, seats) for terms in (terms_now, terms_draft))
    headline = _headline(draft, margin_floor_percent)
    return Effect(
        organizations=len(seats),
        now=now,
        draft=draft,
        unpriced_events=sum(
            totals.events for totals in usage if totals.provider_cost is None and totals.organization_id in seats
        ),
        warning=MarginWarning(headline, _cause(terms_now, terms_draft, usage, seats)) if headline else None,
    )


def _headline(draft: Statement, floor_percent: int) -> str | None:
    permille = draft.margin_permille
    if permille is None:
        return "There would be no revenue to pay for this usage." if draft.cost else None
    if permille >= floor_percent * _PERMILLE_PER_PERCENT:
        return None
    whole, tenth = divmod(abs(permille), _PERMILLE_PER_PERCENT)
    return f"Margin would be {'−' if permille < 0 else ''}{whole}.{tenth}%, under your {floor_percent}% floor."


def _cause(
    terms_now: PlanTerms, terms_draft: PlanTerms, usage: Sequence[UsageTotals], seats: Mapping[str, int]
) -> str | None:
    """The change that takes most profit when it is the only one made."""
    before = statement_of(terms_now, usage, seats).profit.nanos
    losses = [
        (statement_of(change.terms, usage, seats).profit.nanos - before, change.name)
        for change in single_changes(terms_now, terms_draft)
    ]
    loss, name = min(losses, default=(0, ""))
    return f"{name} is the cause." if loss < 0 else None
