"""Models whose provider price was not known when they were used."""

from billing_core.adapters.warehouse.expressions import chosen_events, is_unpriced, tokens
from billing_core.adapters.warehouse.session import Session
from billing_core.domain.clock import from_micros
from billing_core.services.reporting.answers import UnpricedModel
from billing_core.services.reporting.usage_filter import UsageFilter


def unpriced(session: Session, chosen: UsageFilter) -> list[UnpricedModel]:
    """A row per provider and model, those with the most tokens first."""
    events = chosen_events(chosen)
    events = events.filter(is_unpriced(events))
    rows = session.rows(
        events.group_by("provider", "model").aggregate(
            calls=events.count(),
            tokens=tokens(events).sum(),
            organizations=events.organization_id.nunique(),
            first=events.occurred_micros.min(),
            last=events.occurred_micros.max(),
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
