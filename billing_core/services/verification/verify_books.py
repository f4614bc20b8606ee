"""Recompute every invariant of the books and name the rows that break one."""

from collections.abc import Iterator

from billing_core.domain.charging import NOTHING, price_beyond_allowance
from billing_core.domain.plans import PlanVersion
from billing_core.domain.prices import Use
from billing_core.services.verification.ports import BooksAudit, Finding, PlanVersions


def verify_books(audit: BooksAudit, plans: PlanVersions) -> Iterator[Finding]:
    """What breaks an invariant; nothing when the books are in order."""
    yield from audit.findings()
    versions: dict[str, PlanVersion] = {}
    for event in audit.priced_events():
        if event.plan_version_id not in versions:
            versions |= plans.plan_versions([event.plan_version_id])
        version = versions[event.plan_version_id]
        use = Use(
            NOTHING if event.is_error else event.quantities,
            event.model,
            event.provider,
            event.service_tier,
            event.properties,
            units_before=event.units_before or 0,
            spent_before_nanos=event.spent_before_nanos or 0,
            provider_cost=event.provider_cost,
            discount_basis_points=version.terms.discount_basis_points(event.discount, event.feature),
        )
        terms = version.terms.feature(event.feature)
        price = price_beyond_allowance(version, terms, use, beyond=event.measured - event.included)
        if price != event.price:
            yield Finding(
                "prices follow the plan version",
                f"usage_event {event.id}",
                f"it was priced {event.price}, but its plan version makes that {price}",
            )
