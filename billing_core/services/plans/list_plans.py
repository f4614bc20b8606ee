"""Plans as whoever runs the product sees them: what is sold now, what is being drafted, who is subscribed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.catalog import Plan, VersionRecord
from billing_core.domain.errors import NotFound
from billing_core.services.plans.ports import PlanReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOverview:
    """A plan with the version in force, its draft, every version by number, and its current subscribers."""

    plan: Plan
    live: VersionRecord | None
    draft: VersionRecord | None
    versions: Sequence[VersionRecord]
    subscribers: int


def list_plans(uow: PlanReader, now: datetime) -> list[PlanOverview]:
    """All plans in the order they are shown."""
    live = uow.catalog.versions_in_force(now)
    counts = uow.catalog.subscriber_counts()
    records = uow.catalog.version_records()
    return [_overview(plan, records, live, counts) for plan in uow.catalog.plans()]


def view_plan(uow: PlanReader, plan_code: str, now: datetime) -> PlanOverview:
    """One plan; NotFound naming it and the plans there are."""
    plan = uow.catalog.plan(plan_code)
    records = uow.catalog.version_records(plan_code)
    return _overview(plan, records, uow.catalog.versions_in_force(now), uow.catalog.subscriber_counts())


def version_of(overview: PlanOverview, number: int | None = None) -> VersionRecord:
    """A version of the plan, else the one in force, else the one that will be; NotFound naming those there are."""
    published = [record for record in overview.versions if record.status == "published"]
    if number is None and (overview.live or published):
        return overview.live or published[0]
    known = {record.version.number: record for record in overview.versions}
    if number not in known:
        names = ", ".join(map(str, known)) or "none"
        raise NotFound(f"{overview.plan.name} has no version {number}; its versions are: {names}.", field="version")
    return known[number]


def _overview(
    plan: Plan, records: Sequence[VersionRecord], live: Mapping[str, VersionRecord], counts: Mapping[str, int]
) -> PlanOverview:
    own = [record for record in records if record.version.plan_code == plan.code]
    return PlanOverview(
        plan=plan,
        live=live.get(plan.code),
        draft=next((record for record in own if record.status == "draft"), None),
        versions=own,
        subscribers=counts.get(plan.code, 0),
    )
