"""Single durable charges from many callers on PostgreSQL, beside `credit-ledger` with as many callers.

Spread over a thousand organizations, and all on one; and from four processes at once.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import count
from typing import Any

from benchmarks.callers import Charge, ChargeAsync, Run, by_tasks, by_threads, median_run
from benchmarks.credit_ledger import CreditLedger
from benchmarks.measure import Figure, show_load
from benchmarks.processes import charge_from_processes
from benchmarks.setting import a_product, an_event, some_organizations
from billing_core.bootstrap import Application
from tests.postgresql_server import PostgresServer

ORGANIZATIONS = 1_000
CALLERS = 64
TASKS = 256
PROCESSES = 4
ROUNDS = 3
SECONDS = 2.0


def main() -> None:
    """The figure is that of the threads over all organizations."""
    show_load()
    with PostgresServer(is_durable=True) as server:
        peer = CreditLedger(server.url(server.create()), ORGANIZATIONS)
        with a_product(server.url(server.create())) as (application, _):
            organization_ids = some_organizations(application, ORGANIZATIONS)
            spread = _measure(application, organization_ids, peer)
            hot = _measure(application, organization_ids[:1], peer)
            shares = charge_from_processes(application, organization_ids, PROCESSES)
        version = server.execute("SHOW server_version")[0][0]
    each = ", ".join(f"{share:,.0f}" for share in shares)
    print(f"{PROCESSES} processes: {sum(shares):,.0f}/s together; each {each}")
    ours, theirs = spread["ours"]["per_second"], spread["peer"]["per_second"]
    Figure(
        name="charge_postgresql",
        figure=ours,
        unit="charges/s",
        kind="peer",
        held_against=theirs,
        details={
            f"over_{ORGANIZATIONS}_organizations": spread,
            "on_one_organization": hot,
            "processes": {"total": round(sum(shares)), "each": [round(share) for share in shares]},
            "postgresql": version,
        },
    ).report()


def _measure(application: Application, organization_ids: Sequence[str], peer: CreditLedger) -> dict[str, Any]:
    """Ours, the peer, and ours from tasks, in turns, so that a passing load falls on all."""
    charge, charge_async = _charges(application, organization_ids)
    for number in range(len(organization_ids)):
        charge(f"first-{len(organization_ids)}-{number}")
    runs: dict[str, list[Run]] = {"ours": [], "peer": [], f"ours, {TASKS} tasks": []}
    for _ in range(ROUNDS):
        runs["ours"].append(by_threads(charge, CALLERS, SECONDS))
        runs["peer"].append(peer.by_threads(len(organization_ids), CALLERS, SECONDS))
        runs[f"ours, {TASKS} tasks"].append(by_tasks(charge_async, TASKS, SECONDS))
    measured = {side: median_run(of_side) for side, of_side in runs.items()}
    for side, run in measured.items():
        print(f"{len(organization_ids):>5} organizations, {side:>15}: {run}", file=sys.stderr, flush=True)
    return {side: {name: round(value, 2) for name, value in asdict(run).items()} for side, run in measured.items()}


def _charges(application: Application, organization_ids: Sequence[str]) -> tuple[Charge, ChargeAsync]:
    turns = count()

    def charge(event_id: str) -> object:
        organization_id = organization_ids[next(turns) % len(organization_ids)]
        return application.charges.charge(an_event(organization_id, event_id))

    async def charge_async(event_id: str) -> object:
        organization_id = organization_ids[next(turns) % len(organization_ids)]
        return await application.charges.charge_async(an_event(organization_id, event_id))

    return charge, charge_async


if __name__ == "__main__":
    main()
