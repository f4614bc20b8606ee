"""What people call the values of a dimension, for the filters of a screen."""

from billing_core.adapters.warehouse.expressions import COLUMN_OF, EVENTS, is_one_of
from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.usage_filter import Dimension


def names(session: Session, dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
    """Name by id, in the order of names; of organizations, departments and members only those that may be seen."""
    if dimension in ("provider", "model"):
        found = _used(session, dimension, organization_ids)
    else:
        owner = "id" if dimension == "organization" else "organization_id"
        found = {
            row["id"] or "": row["name"] or ""
            for row in session.dimension(dimension)
            if dimension == "feature" or organization_ids is None or row[owner] in organization_ids
        }
    return dict(sorted(found.items(), key=lambda item: (item[1].casefold(), item[0])))


def _used(session: Session, dimension: Dimension, organization_ids: frozenset[str] | None) -> dict[str, str]:
    events = EVENTS
    if organization_ids is not None:
        events = events.filter(is_one_of(events.organization_id, organization_ids))
    values = events.select(key=events[COLUMN_OF[dimension]]).distinct()
    return {row["key"]: row["key"] for row in session.rows(values) if row["key"] is not None}
