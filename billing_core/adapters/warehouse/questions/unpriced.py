"""Models whose provider price was not known when they were used."""

from billing_core.adapters.warehouse.expressions import Expression, chosen_events
from billing_core.adapters.warehouse.session import Session
from billing_core.domain.clock import from_micros
from billing_core.services.reporting.answers import UnpricedModel
from billing_core.services.reporting.usage_filter import UsageFilter


def unpriced(session: Session, chosen: UsageFilter) -> list[UnpricedModel]:
    """A row per provider and model, those with the most tokens first; events that were priced later are left out."""
    events = chosen_events(chosen)
    events = events.filter(events.unpriced != 0)
    by_event = events.group_by("provider", "model", "organization_id", "occurred_micros", event=_event(events))
    left = by_event.aggregate(calls=events.unpriced.sum(), tokens=events.unpriced_tokens.sum())
    left = left.filter(left.calls > 0)
    rows = session.rows(
        left.group_by("provider", "model").aggregate(
            calls=left.calls.sum(),
            tokens=left.tokens.sum(),
            organizations=left.organization_id.nunique(),
            first=left.occurred_micros.min(),
            last=left.occurred_micros.max(),
        )
    )
    models = [
        UnpricedModel(
            provider=row["provider"],
            model=row["model"],
            calls=row["calls"],
            tokens=row["tokens"],
            organizations=row["organizations"],
            first_seen_at=from_micros(row["first"]),
            last_seen_at=from_micros(row["last"]),
        )
        for row in rows
    ]
    return sorted(models, key=lambda model: (-model.tokens, model.provider or "", model.model))


def _event(events: Expression) -> Expression:
    """The event a row is about."""
    return events.adjusts.fill_null(events.id)
