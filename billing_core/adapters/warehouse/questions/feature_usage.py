"""What was used of each feature with each model, as a plan prices it."""

from billing_core.adapters.warehouse.event_columns import QUANTITY_COLUMNS
from billing_core.adapters.warehouse.expressions import chosen_events
from billing_core.adapters.warehouse.session import Session
from billing_core.domain.money import Money
from billing_core.services.reporting.answers import FeatureUsage
from billing_core.services.reporting.usage_filter import UsageFilter

_KEYS = ("organization_id", "feature", "model", "price_currency", "provider_cost_currency")


def feature_usage(session: Session, chosen: UsageFilter) -> list[FeatureUsage]:
    """A row per organization, feature, model, currency of the price and of the provider's cost, in that order."""
    events = chosen_events(chosen)
    succeeded = ~events.is_error
    sums = {name: events[name].sum(where=succeeded) for name in QUANTITY_COLUMNS}
    grouped = events.group_by(*_KEYS).aggregate(
        calls=events.calls.sum(where=succeeded),
        errors=events.failed.sum(),
        measured=events.measured.sum(),
        included=events.included.sum(),
        price_nanos=events.price_nanos.sum(),
        cost_nanos=events.provider_cost_nanos.sum(where=succeeded),
        **sums,
    )
    return [
        FeatureUsage(
            organization_id=row["organization_id"],
            feature=row["feature"],
            model=row["model"],
            calls=row["calls"] or 0,
            errors=row["errors"],
            measured=row["measured"],
            included=row["included"],
            price=Money(row["price_nanos"], row["price_currency"]),
            provider_cost=_cost(row["cost_nanos"], row["provider_cost_currency"]),
            **{name: row[name] or 0 for name in QUANTITY_COLUMNS},
        )
        for row in session.rows(grouped.order_by(*_KEYS))
    ]


def _cost(nanos: int | None, currency: str | None) -> Money | None:
    return None if currency is None else Money(nanos or 0, currency)
