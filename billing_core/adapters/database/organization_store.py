"""Organizations, departments, members, API keys and subscriptions on SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from billing_core.adapters.database.schema.organizations import api_key, department, member, organization, subscription
from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.organizations import ApiKey, ApiScope, Department, Member, Organization
from billing_core.domain.periods import time_zone
from billing_core.domain.plans import Subscription


class OrganizationStore:
    """Reads and writes of organizations and what belongs to them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_organization(self, new: Organization) -> None:
        self._insert_unique(
            organization,
            {
                "id": new.id,
                "name": new.name,
                "currency": new.currency,
                "time_zone": new.time_zone.key,
                "is_demo": new.is_demo,
                "created_at": new.created_at,
            },
            _organization_name_taken(new.name),
        )

    def organization(self, organization_id: str) -> Organization:
        row = self._one(organization, organization.c.id, organization_id)
        if row is None:
            raise NotFound(f"There is no organization {organization_id!r}.", field="organization")
        return _organization(row)

    def organization_by_name(self, name: str) -> Organization | None:
        row = self._one(organization, organization.c.name, name)
        return _organization(row) if row else None

    def organizations(self, organization_ids: frozenset[str] | None = None) -> Sequence[Organization]:
        """Those of the organizations (None: all) that are there, by name."""
        statement = select(organization).order_by(organization.c.name)
        if organization_ids is not None:
            statement = statement.where(organization.c.id.in_(sorted(organization_ids)))
        return [_organization(row) for row in self._connection.execute(statement).mappings()]

    def organization_page(
        self, organization_ids: frozenset[str] | None, named: str | None, after: str | None, count_max: int
    ) -> Sequence[Organization]:
        """Those by name that come after that name, of these ids (None: all), with `named` in their name or as id."""
        statement = select(organization).order_by(organization.c.name).limit(count_max)
        if organization_ids is not None:
            statement = statement.where(organization.c.id.in_(sorted(organization_ids)))
        if named is not None:
            in_name = organization.c.name.icontains(named, autoescape=True)
            statement = statement.where(in_name | (organization.c.id == named))
        if after is not None:
            statement = statement.where(organization.c.name > after)
        return [_organization(row) for row in self._connection.execute(statement).mappings()]

    def rename_organization(self, organization_id: str, name: str) -> None:
        self._rename(organization, organization_id, name, _organization_name_taken(name))

    def departments(self, organization_id: str) -> Sequence[Department]:
        statement = select(department).where(department.c.organization_id == organization_id)
        rows = self._connection.execute(statement.order_by(department.c.name, department.c.id)).mappings()
        return [Department(**row) for row in rows]

    def rename_department(self, department_id: str, name: str) -> None:
        self._rename(department, department_id, name, _department_name_taken(name))

    def add_department(self, new: Department) -> None:
        self._insert_unique(
            department,
            {
                "id": new.id,
                "organization_id": new.organization_id,
                "name": new.name,
                "created_at": new.created_at,
            },
            _department_name_taken(new.name),
        )

    def department(self, department_id: str) -> Department | None:
        row = self._one(department, department.c.id, department_id)
        return Department(**row) if row else None

    def add_member(self, new: Member) -> None:
        self._insert_unique(
            member,
            {
                "id": new.id,
                "organization_id": new.organization_id,
                "person_id": new.person_id,
                "department_id": new.department_id,
                "role": new.role,
                "created_at": new.created_at,
            },
            Conflict("This person is a member of the organization already.", field="email"),
        )

    def add_api_key(self, new: ApiKey, secret_hash: str) -> None:
        self._connection.execute(
            insert(api_key),
            {
                "id": new.id,
                "organization_id": new.organization_id,
                "name": new.name,
                "hint": new.hint,
                "secret_hash": secret_hash,
                "scopes": sorted(new.scopes),
                "created_at": new.created_at,
                "expires_at": new.expires_at,
                "revoked_at": new.revoked_at,
            },
        )

    def api_key(self, api_key_id: str) -> ApiKey | None:
        row = self._one(api_key, api_key.c.id, api_key_id)
        return _api_key(row) if row else None

    def api_keys(self, organization_id: str | None, after: str | None, count_max: int) -> Sequence[ApiKey]:
        """The keys of an organization, or with None of operators, the oldest first, that come after that id."""
        statement = select(api_key).where(api_key.c.organization_id.is_not_distinct_from(organization_id))
        if after is not None:
            statement = statement.where(api_key.c.id > after)
        rows = self._connection.execute(statement.order_by(api_key.c.id).limit(count_max)).mappings()
        return [_api_key(row) for row in rows]

    def api_key_by_hash(self, secret_hash: str) -> ApiKey | None:
        row = self._one(api_key, api_key.c.secret_hash, secret_hash)
        return _api_key(row) if row else None

    def revoke_api_key(self, api_key_id: str, revoked_at: datetime) -> None:
        self._connection.execute(update(api_key).where(api_key.c.id == api_key_id).values(revoked_at=revoked_at))

    def end_subscription(self, subscription_id: str, ended_at: datetime) -> None:
        self._connection.execute(
            update(subscription).where(subscription.c.id == subscription_id).values(ended_at=ended_at)
        )

    def add_subscription(self, new: Subscription, created_at: datetime) -> None:
        self._connection.execute(
            insert(subscription),
            {
                "id": new.id,
                "organization_id": new.organization_id,
                "plan_version_id": new.plan_version.id,
                "interval": new.interval,
                "seats": new.seats,
                "discount": new.discount,
                "anchor_at": new.anchor_at,
                "started_at": new.started_at,
                "ended_at": new.ended_at,
                "created_at": created_at,
            },
        )

    def _one(self, table: Table, column: Any, value: str) -> RowMapping | None:
        return self._connection.execute(select(table).where(column == value)).mappings().one_or_none()

    def _insert_unique(self, table: Table, values: dict[str, Any], taken: Conflict) -> None:
        try:
            self._connection.execute(insert(table), values)
        except IntegrityError as error:
            raise taken from error

    def _rename(self, table: Table, thing_id: str, name: str, taken: Conflict) -> None:
        try:
            self._connection.execute(update(table).where(table.c.id == thing_id).values(name=name))
        except IntegrityError as error:
            raise taken from error


def _organization_name_taken(name: str) -> Conflict:
    return Conflict(f"There is already an organization called {name!r}; choose another name.", field="name")


def _department_name_taken(name: str) -> Conflict:
    return Conflict(f"The organization already has a department called {name!r}.", field="name")


def _organization(row: RowMapping) -> Organization:
    columns: dict[str, Any] = {**row, "time_zone": time_zone(row["time_zone"])}
    return Organization(**columns)


def _api_key(row: RowMapping) -> ApiKey:
    columns: dict[str, Any] = {**row, "scopes": frozenset(map(ApiScope, row["scopes"]))}
    del columns["secret_hash"]
    return ApiKey(**columns)
