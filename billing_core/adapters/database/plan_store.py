"""Plans and their versions on SQL: drafts change, published versions never do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from billing_core.adapters.database.schema.catalog import plan, plan_version
from billing_core.adapters.database.schema.organizations import subscription
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.catalog import Plan, VersionRecord
from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import PlanVersion

PARSED_MAX = 2_000
_HISTORY = ("id", "status", "source", "effective_from", "created_at", "changed_at", "published_at", "published_by")
# Published versions never change and ids are never used twice, so what was parsed once is good for every connection.
_parsed: dict[str, PlanVersion] = {}


class PlanStore:
    """Plans by code, and their versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plans(self) -> Sequence[Plan]:
        """All plans in the order they are shown."""
        rows = self._connection.execute(select(plan).order_by(plan.c.position, plan.c.code)).mappings()
        return [_plan(row) for row in rows]

    def plan(self, code: str) -> Plan:
        """One plan; NotFound naming it and the plans there are."""
        known = {item.code: item for item in self.plans()}
        if code not in known:
            names = ", ".join(known) or "none"
            raise NotFound(
                f"There is no plan {code!r}.{did_you_mean(code, known)} The plans are: {names}.", field="plan"
            )
        return known[code]

    def save_plans(self, plans: Iterable[Plan], now: datetime) -> None:
        """Insert plans, or change the names, descriptions, order and activity of those that exist."""
        rows = [
            {
                "code": item.code,
                "name": item.name,
                "description": item.description,
                "position": item.position,
                "is_active": item.is_active,
                "created_at": now,
            }
            for item in plans
        ]
        if rows:
            changed = ("name", "description", "position", "is_active")
            self._connection.execute(upsert(self._connection, plan, update=changed), rows)

    def plan_version(self, version_id: str) -> PlanVersion:
        """One published version; NotFound when there is none."""
        return self.plan_versions([version_id])[version_id]

    def plan_versions(self, version_ids: Iterable[str]) -> Mapping[str, PlanVersion]:
        """Published versions by id; NotFound naming those that do not exist."""
        wanted = set(version_ids)
        found = {key: _parsed[key] for key in wanted if key in _parsed}
        if missing := sorted(wanted - found.keys()):
            statement = _versions().where(plan_version.c.id.in_(missing), plan_version.c.status == "published")
            found |= {row["id"]: _parse(row) for row in self._connection.execute(statement).mappings()}
        if absent := sorted(wanted - found.keys()):
            raise NotFound(f"There is no published plan version {', '.join(absent)}.", field="plan_version_id")
        return found

    def versions_in_force(self, at: datetime) -> Mapping[str, VersionRecord]:
        """By plan code, the version a subscription started at that time would get."""
        statement = (
            _versions()
            .where(plan_version.c.status == "published", plan_version.c.effective_from <= at)
            .order_by(plan_version.c.effective_from, plan_version.c.number)
        )
        latest = {row["plan_code"]: row for row in self._connection.execute(statement).mappings()}
        return {code: _record(row) for code, row in latest.items()}

    def version_in_force(self, plan_code: str, at: datetime) -> PlanVersion:
        """The version a new subscription gets; NotFound for an unknown plan, or one that is not sold yet."""
        live = self.versions_in_force(at).get(self.plan(plan_code).code)
        if live is None:
            raise NotFound(f"The plan {plan_code!r} has no version in force yet.", field="plan")
        return live.version

    def version_records(self, plan_code: str | None = None) -> Sequence[VersionRecord]:
        """Every version of a plan, or of all plans, drafts and discarded ones too, by number."""
        statement = _versions().order_by(plan_version.c.plan_code, plan_version.c.number)
        if plan_code is not None:
            statement = statement.where(plan_version.c.plan_code == plan_code)
        return [_record(row) for row in self._connection.execute(statement).mappings()]

    def draft(self, plan_code: str) -> VersionRecord | None:
        """The draft of a plan, if there is one."""
        statement = _versions().where(plan_version.c.plan_code == plan_code, plan_version.c.status == "draft")
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _record(row)

    def add_versions(self, records: Sequence[VersionRecord]) -> None:
        """Insert new versions, whatever their status; Conflict when somebody else has just begun one of the plan."""
        rows = [
            {
                **{name: getattr(record, name) for name in _HISTORY[1:]},
                "id": record.version.id,
                "plan_code": record.version.plan_code,
                "number": record.version.number,
                "terms": terms_to_document(record.version.terms),
            }
            for record in records
        ]
        if not rows:
            return
        try:
            self._connection.execute(insert(plan_version), rows)
        except IntegrityError as error:
            raise Conflict(
                "Someone else began a version of the plan in the meantime; look at it again.", field="draft"
            ) from error

    def change_draft(self, record: VersionRecord, seen_changed_at: datetime) -> None:
        """Save a draft as it now is; Conflict when it was changed since, published or discarded."""
        result = self._connection.execute(
            update(plan_version)
            .where(
                plan_version.c.id == record.version.id,
                plan_version.c.status == "draft",
                plan_version.c.changed_at == seen_changed_at,
            )
            .values(
                **{name: getattr(record, name) for name in _HISTORY[1:]},
                terms=terms_to_document(record.version.terms),
            )
        )
        if result.rowcount != 1:
            raise Conflict("The draft was changed by someone else in the meantime; look at it again.", field="draft")

    def subscriber_counts(self) -> Mapping[str, int]:
        """By plan code, how many organizations are on any version of it now."""
        statement = (
            select(plan_version.c.plan_code, func.count().label("subscribers"))
            .join(subscription, subscription.c.plan_version_id == plan_version.c.id)
            .where(subscription.c.ended_at.is_(None))
            .group_by(plan_version.c.plan_code)
        )
        return {row.plan_code: row.subscribers for row in self._connection.execute(statement)}


def _versions() -> Select[Any]:
    return select(plan_version)


def _plan(row: RowMapping) -> Plan:
    return Plan(
        code=row["code"],
        name=row["name"],
        description=row["description"],
        position=row["position"],
        is_active=row["is_active"],
    )


def _record(row: RowMapping) -> VersionRecord:
    return VersionRecord(version=_parse(row), **{name: row[name] for name in _HISTORY[1:]})


def _parse(row: RowMapping) -> PlanVersion:
    known = _parsed.get(row["id"]) if row["status"] == "published" else None
    if known is not None:
        return known
    version = PlanVersion(row["id"], row["plan_code"], row["number"], terms_from_document(row["terms"]))
    if row["status"] == "published":
        while len(_parsed) >= PARSED_MAX:
            _parsed.pop(next(iter(_parsed)), None)
        _parsed[row["id"]] = version
    return version
