"""The figures of everything chosen."""

from billing_core.adapters.warehouse.expressions import chosen_events, measures, to_measures
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.measures import Measures
from billing_core.services.reporting.usage_filter import UsageFilter


def totals(session: Session, chosen: UsageFilter, *, latency: bool) -> Measures:
    """One row, zeros where nothing was used."""
    events = chosen_events(chosen)
    (row,) = session.rows(events.aggregate(**measures(events, session.currencies, latency=latency)))
    return to_measures(row, session.currencies)
