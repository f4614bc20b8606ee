"""A real system of record to copy from: an SQLite file with a few organizations, and events put straight in."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.schema import metadata
from billing_core.adapters.warehouse.sync_warehouse import SyncReport, sync_warehouse
from billing_core.adapters.warehouse.warehouse import Warehouse
from billing_core.domain.clock import SettableClock, to_micros
from billing_core.domain.periods import Period
from billing_core.domain.usage import COUNTS
from billing_core.services.reporting.usage_filter import UsageFilter

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
EVER = Period(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
NORTHWIND, EVERGREEN = "org_northwind", "org_evergreen"
OPENAI = {"provider": "openai", "model": "gpt-4", "provider_cost_nanos": 10, "provider_cost_currency": "USD"}
_WHEN = to_micros(NOW)
_ROWS: list[tuple[str, tuple[Any, ...]]] = [
    ("organization", (NORTHWIND, "Northwind AI", "USD", "UTC", 0, _WHEN)),
    ("organization", (EVERGREEN, "Evergreen Bank", "EUR", "Europe/Berlin", 0, _WHEN)),
    ("department", ("dep_research", NORTHWIND, "Research", _WHEN)),
    ("department", ("dep_lending", EVERGREEN, "Lending", _WHEN)),
    ("person", ("per_dana", "dana@northwind.example", "Dana Ruiz", None, None, _WHEN)),
    ("person", ("per_li", "li@evergreen.example", "Li Wei", None, None, _WHEN)),
    ("member", ("mem_dana", NORTHWIND, "per_dana", "dep_research", "owner", _WHEN)),
    ("member", ("mem_li", EVERGREEN, "per_li", "dep_lending", "member", _WHEN)),
    ("api_key", ("key_one", NORTHWIND, "Production", "tb_…9f", "0" * 64, "[]", _WHEN, None, None)),
    ("feature", ("chat", "Chat", "", "call", 1, "call", "sum", 1, _WHEN)),
    ("feature", ("search", "Search", "", "call", 1, "call", "sum", 1, _WHEN)),
    ("plan", ("starter", "Starter", "", 1, 1, _WHEN)),
    ("plan_version", ("plv_1", "starter", 1, "published", "{}", "file", _WHEN, _WHEN, _WHEN, _WHEN, "loader")),
]
_EVENT: dict[str, Any] = {
    "organization_id": NORTHWIND,
    "source": "trace",
    "payload_hash": "0" * 64,
    "feature": "chat",
    "department_id": None,
    "member_id": None,
    "api_key_id": None,
    "run": None,
    "occurred_at": NOW,
    "recorded_at": NOW,
    "provider": None,
    "model": None,
    "units": 1,
    "input_tokens": 0,
    "llm_tokens": 0,
    "output_tokens": 0,
    "cache_read_tokens": 0,
    "cache_write_tokens": 0,
    "reasoning_tokens": 0,
    "latency_ms": None,
    "is_error": 0,
    "properties": None,
    "plan_version_id": "plv_1",
    "period_start": NOW,
    "allowance": None,
    "measured": 1,
    "included": 0,
    "price_nanos": 0,
    "price_currency": "USD",
    "credits_nanos": 0,
    "credits_cost_nanos": 0,
    "balance_nanos": 0,
    "overage_nanos": 0,
    "currency": "USD",
    "provider_cost_nanos": None,
    "provider_cost_currency": None,
    "service_tier": None,
}

_ADJUSTMENT: dict[str, Any] = {
    "organization_id": NORTHWIND,
    "kind": "reprice",
    "reason": "test",
    "actor": "system:test",
    "period_start": NOW,
    "recorded_at": NOW,
    **dict.fromkeys(("calls", "errors", "unpriced", "measured", "included"), 0),
    **dict.fromkeys(COUNTS, 0),
    **dict.fromkeys(("price_nanos", "credits_nanos", "credits_cost_nanos", "balance_nanos", "overage_nanos"), 0),
    "provider_cost_nanos": 0,
    "provider_cost_currency": None,
}


def make_template(file: Path) -> Path:
    """A system of record without events."""
    database = Database(f"sqlite:///{file}")
    metadata.create_all(database.engine)
    database.close()
    with closing(sqlite3.connect(file)) as connection:
        for table, row in _ROWS:
            names = [column.name for column in metadata.tables[table].columns][: len(row)]
            connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()
    return file


class Recording:
    """The system of record in `folder`, its copy beside it, and the clock of both."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.file = folder / "billing.db"
        self.directory = folder / "warehouse"
        self.clock = SettableClock(NOW)
        shutil.copyfile(template, self.file)
        self.database = Database(f"sqlite:///{self.file}")
        self.warehouse = Warehouse(self.directory, self.database.read, self.clock)

    def close(self) -> None:
        self.warehouse.close()
        self.database.close()

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file)

    def add(self, *events: dict[str, Any]) -> None:
        """Append events in one transaction; each says how it differs from a free, successful call of a moment ago."""
        with closing(self.connect()) as connection:
            count = connection.execute("SELECT count(*) FROM usage_event").fetchone()[0]
            for index, changes in enumerate(events, start=count):
                row = {"id": f"evt_{index:06d}", "event_id": f"row {index}", **_EVENT, **changes}
                values = [to_micros(value) if isinstance(value, datetime) else value for value in row.values()]
                connection.execute(
                    f"INSERT INTO usage_event ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values
                )
            connection.commit()

    def adjust(self, *adjustments: dict[str, Any]) -> None:
        """Append adjustments in one transaction; each says what it changes of which event, nothing else changes."""
        with closing(self.connect()) as connection:
            count = connection.execute("SELECT count(*) FROM usage_adjustment").fetchone()[0]
            for index, changes in enumerate(adjustments, start=count):
                row = {"id": f"adj_{index:06d}", "operation": f"test {index}", **_ADJUSTMENT, **changes}
                values = [to_micros(value) if isinstance(value, datetime) else value for value in row.values()]
                connection.execute(
                    f"INSERT INTO usage_adjustment ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values
                )
            connection.commit()

    def execute(self, statement: str) -> None:
        """Change the system of record by hand."""
        with closing(self.connect()) as connection:
            connection.execute(statement)
            connection.commit()

    def sync(self) -> SyncReport:
        return sync_warehouse(self.database.read, self.directory, self.clock)

    def calls(self) -> int:
        """How many events are in the copy."""
        return self.warehouse.totals(everything()).calls

    def ids(self) -> list[str]:
        """The ids of the events in the copy, in their order, duplicates and all."""
        with self.warehouse.export_events(everything(), ["id"]) as reader:
            return [str(name) for name in reader.read_all()["id"].to_pylist()]


def everything(zone: str = "UTC", **changes: Any) -> UsageFilter:
    """A question about all usage there ever was."""
    return replace(UsageFilter(organization_ids=None, period=EVER, zone=ZoneInfo(zone)), **changes)
