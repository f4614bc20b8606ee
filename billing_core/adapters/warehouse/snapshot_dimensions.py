"""Snapshots of what events refer to by id: small files, written again when their content has changed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Select, String, cast, select

from billing_core.adapters.database.schema.catalog import feature, plan, plan_version
from billing_core.adapters.database.schema.identity import person
from billing_core.adapters.database.schema.organizations import api_key, department, member, organization
from billing_core.adapters.warehouse.folder import publish, temporary

_QUERIES: Mapping[str, Select[*tuple[Any, ...]]] = {
    "organization": select(organization.c.id, organization.c.name, organization.c.currency, organization.c.time_zone),
    "department": select(department.c.id, department.c.name, department.c.organization_id),
    "member": select(member.c.id, person.c.name, member.c.organization_id, member.c.department_id, member.c.role).join(
        person, person.c.id == member.c.person_id
    ),
    "feature": select(feature.c.code.label("id"), feature.c.name, feature.c.display_unit),
    "plan_version": select(
        plan_version.c.id,
        (plan.c.name + " " + cast(plan_version.c.number, String)).label("name"),
        plan_version.c.plan_code,
    ).join(plan, plan.c.code == plan_version.c.plan_code),
    "api_key": select(api_key.c.id, api_key.c.name, api_key.c.organization_id),
}
DIMENSION_TABLES = tuple(_QUERIES)


class Snapshot:
    """The rows of one dimension, all text, ordered by id; `file` is a name that follows from the content."""

    def __init__(self, name: str, columns: list[str], rows: list[list[str | None]]) -> None:
        self._columns, self._rows = columns, rows
        digest = hashlib.sha256(json.dumps([columns, rows]).encode()).hexdigest()[:16]
        self.file = f"{name}.{digest}.parquet"

    def write(self, place: Path) -> None:
        """Publish the file."""
        values = [[row[index] for row in self._rows] for index in range(len(self._columns))]
        table = pa.table([pa.array(column, pa.string()) for column in values], names=self._columns)
        written = temporary(place / self.file)
        pq.write_table(table, written, compression="zstd")
        publish(written, place / self.file)


def read_dimensions(connection: Connection) -> dict[str, Snapshot]:
    """What the system of record holds now, by dimension."""
    snapshots: dict[str, Snapshot] = {}
    for name, query in _QUERIES.items():
        result = connection.execute(query.order_by("id"))
        snapshots[name] = Snapshot(name, list(result.keys()), [list(row) for row in result])
    return snapshots
