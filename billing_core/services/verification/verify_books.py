"""Recompute every invariant of the books and name the rows that break one."""

from collections.abc import Iterator

from billing_core.domain.charging import NOTHING
from billing_core.domain.money import Money
from billing_core.domain.prices import Use
from billing_core.domain.tariffs import Tariff, tariff_of
from billing_core.services.verification.ports import BooksAudit, Finding, PlanVersions, PricedEvent


def verify_books(audit: BooksAudit, plans: PlanVersions) -> Iterator[Finding]:
    """What breaks an invariant; nothing when the books are in order."""
    yield from audit.findings()
    tariffs: dict[tuple[str, str, str | None], Tariff] = {}
    for event in audit.priced_events():
        key = (event.plan_version_id, event.feature, event.discount)
        if key not in tariffs:
            version = plans.plan_versions([event.plan_version_id])[event.plan_version_id]
            tariffs[key] = tariff_of(version, event.feature, event.discount)
        price = _price_of(event, tariffs[key])
        if price != event.price:
            yield Finding(
                "prices follow the plan version",
                f"usage_event {event.id}",
                f"it was priced {event.price}, but its plan version makes that {price}",
            )


def _price_of(event: PricedEvent, tariff: Tariff) -> Money:
    use = Use(
        NOTHING if event.is_error else event.quantities,
        event.model,
        event.provider,
        event.service_tier,
        event.properties,
        units_before=event.units_before or 0,
        spent_before_nanos=event.spent_before_nanos or 0,
        provider_cost=event.provider_cost,
        discount_basis_points=tariff.discount_basis_points,
    )
    return Money(tariff.price_nanos(use, measured=event.measured, included=event.included), tariff.price_currency)
