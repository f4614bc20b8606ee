"""The peer on PostgreSQL: `credit-ledger` from PyPI (Apache-2.0), which takes a price from a balance and notes it.

It is no dependency of ours: it goes into a folder of its own under build/ and runs in a process of its own.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from itertools import count
from uuid import UUID

from sqlalchemy import create_engine, text

from benchmarks.callers import Run, by_threads
from benchmarks.setting import BUILD
from billing_core.settings import ROOT

PACKAGES = ("credit-ledger==0.3.0", "psycopg==3.3.9", "psycopg-binary==3.3.9")
MODULE = "credit_ledger.metering"
FOLDER = BUILD / "credit-ledger"
# The wheel brings no tables: these are those its statements name, with the constraint and the policies it asks for.
TABLES = """
CREATE TABLE credit_balance (
    tenant_id uuid PRIMARY KEY, credits numeric(18, 4) NOT NULL, updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE credit_ledger (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL, delta numeric(18, 4) NOT NULL, reason varchar(120) NOT NULL,
    idempotency_key varchar(200), balance_after numeric(18, 4), created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, idempotency_key));
CREATE INDEX credit_ledger_tenant ON credit_ledger (tenant_id);
ALTER TABLE credit_balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_balance FORCE ROW LEVEL SECURITY;
ALTER TABLE credit_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_ledger FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON credit_balance USING (tenant_id = current_setting('app.current_tenant')::uuid);
CREATE POLICY own ON credit_ledger USING (tenant_id = current_setting('app.current_tenant')::uuid)
"""


def install() -> None:
    """Get the packages from PyPI, once."""
    if not FOLDER.exists():
        wanted = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*wanted, "--no-deps", "--target", FOLDER, *PACKAGES], check=True)


class CreditLedger:
    """The peer on a database of its own with so many tenants."""

    def __init__(self, url: str, tenants: int) -> None:
        install()
        self._url = url.replace("postgresql://", "postgresql+psycopg://")
        self._tenants = tenants
        self._run("prepare")

    def by_threads(self, tenants: int, callers: int, seconds: float) -> Run:
        """Charge the first so many tenants in turn."""
        return Run(**json.loads(self._run("charge", str(tenants), str(callers), str(seconds))))

    def _run(self, *words: str) -> str:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{FOLDER}"}
        command = [sys.executable, "-m", "benchmarks.credit_ledger", self._url, str(self._tenants), *words]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _prepare(url: str, tenants: int) -> None:
    metering = import_module(MODULE)
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in TABLES.split(";\n"):
            connection.execute(text(statement))
    for number in range(tenants):
        metering.grant(str(UUID(int=number)), 10**9, engine=engine)


def _charge(url: str, tenants: int, callers: int, seconds: float) -> Run:
    metering = import_module(MODULE)
    engine = create_engine(url, pool_size=callers, max_overflow=0)
    names = [str(UUID(int=number)) for number in range(tenants)]
    turns, run = count(), f"{os.getpid()}"

    def charge(event_id: str) -> None:
        tenant = names[next(turns) % tenants]
        if not metering.decrement(tenant, "0.002", idempotency_key=f"{run}-{event_id}", engine=engine).ok:
            raise RuntimeError("the peer refused a charge")

    return by_threads(charge, callers, seconds)


if __name__ == "__main__":
    address, all_tenants, deed, *numbers = sys.argv[1:]
    if deed == "prepare":
        _prepare(address, int(all_tenants))
    else:
        print(json.dumps(asdict(_charge(address, int(numbers[0]), int(numbers[1]), float(numbers[2])))))
