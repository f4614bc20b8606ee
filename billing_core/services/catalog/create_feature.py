"""Create a feature: something that plans can grant and events can use from then on."""

from datetime import datetime
from typing import Protocol

from billing_core.domain.catalog import Feature
from billing_core.domain.errors import Conflict
from billing_core.domain.identity import Actor
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.audit.record_change import record_change
from billing_core.services.catalog.ports import FeatureStore


class FeatureUnit(AuditUnit, Protocol):
    """The parts of a unit of work that features are created with."""

    @property
    def catalog(self) -> FeatureStore: ...


def create_feature(uow: FeatureUnit, feature: Feature, *, actor: Actor, now: datetime) -> Feature:
    """Add a feature; Conflict when there is one of that code, which is counted as it always was."""
    if any(known.code == feature.code for known in uow.catalog.features()):
        raise Conflict(f"There is a feature {feature.code!r} already; use it as it is.", field="new_feature")
    uow.catalog.save_features([feature], now)
    record_change(
        uow,
        actor,
        "feature.created",
        ("feature", feature.code),
        now=now,
        after={"name": feature.name, "unit": feature.unit, "aggregation": feature.aggregation},
    )
    return feature
