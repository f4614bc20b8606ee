"""A log of requests that were accepted, played into new databases in batches of any size."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from billing_core.adapters.database.schema import metadata
from billing_core.domain.budget_terms import Measure, Scope
from billing_core.domain.errors import BillingError
from billing_core.domain.holds import Hold
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Department
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import (
    ChargeRequest,
    ReleaseRequest,
    Request,
    ReserveRequest,
    SettleRequest,
)
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.organizations.open_organization import open_organization
from tests.product import SYSTEM
from tests.safety.requests import Asked, Caller
from tests.safety.world import World

ORGANIZATIONS = (("First", "basic"), ("Second", "open"))
BEGIN = datetime.fromisoformat("2026-11-20T12:00Z")
PAUSE = timedelta(hours=14)
# The version counts writes, and alerts are raised by what a batch comes to.
NOT_COMPARED = ("books", "alert", "audit_record")
ID = re.compile(r"[a-z]{3}_[0-9a-z]{26}")
# What ids that are drawn at random stand for.
NAMED_BY = {
    "organization": ("name",),
    "subscription": ("organization_id", "started_at"),
    "budget": ("organization_id", "name"),
    "usage_event": ("organization_id", "event_id"),
    "hold": ("organization_id", "event_id"),
    "credit_grant": ("operation",),
    "ledger_entry": ("event_id", "operation"),
}
# The place of an organization, and a request; instead of a hold's id, the id of the event it was made for.
Logged = tuple[int, Request]


class Player:
    """The two organizations in a new database, and what their holds are called there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.product = world.processes[0]
        world.clock.set(BEGIN)
        self.callers = [self._open(place, *named) for place, named in enumerate(ORGANIZATIONS)]

    def record(self, steps: Sequence[Sequence[tuple[int, Asked]]]) -> list[list[Logged]]:
        """Put requests one by one; those that were accepted, step by step."""
        log: list[list[Logged]] = []
        for step in steps:
            log.append([])
            for place, asked in step:
                caller = self.callers[place]
                request, _ = caller.pose(asked, self.world.clock.now())
                if self._put([(place, request)]):
                    log[-1].append((place, self._with_event_for_hold(caller, request)))
            self._rest()
        return log

    def play(self, log: Sequence[Sequence[Logged]], size: int) -> None:
        """Put the accepted requests in batches of at most that size; every one is accepted again."""
        for step in log:
            for batch in _batches(step, size):
                found = [(place, self._with_hold_for_event(self.callers[place], item)) for place, item in batch]
                assert self._put(found) == len(batch)
            self._rest()

    def books(self) -> str:
        """Every row but what is drawn at random, as text."""
        lines: list[str] = []
        with self.product.database.read() as connection:
            rows = {
                name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for name, table in metadata.tables.items()
                if name not in NOT_COMPARED
            }
        names: dict[str, str] = {}
        for table, columns in NAMED_BY.items():
            for row in rows[table]:
                names[row["id"]] = _named(f"{table} {[str(row[column]) for column in columns]}", names)
        for table, found in rows.items():
            texts = (json.dumps(row, default=str, sort_keys=True) for row in found)
            lines += [f"{table} {text}" for text in sorted(_named(text, names) for text in texts)]
        return "\n".join(lines)

    def _open(self, place: int, name: str, plan: str) -> Caller:
        with self.product.write() as uow:
            organization = open_organization(
                uow, name=name, plan_code=plan, sign_up_credits=Money.parse("40", CREDITS), actor=SYSTEM, now=BEGIN
            )
            # With the same id everywhere, for it is part of what an event's payload is known by.
            department = Department(id=f"dep_{name}", organization_id=organization.id, name=name, created_at=BEGIN)
            uow.organizations.add_department(department)
            create_budget(
                uow,
                organization_id=organization.id,
                name="Runs",
                scope=Scope.RUN,
                amount=Money.parse("20", CREDITS).nanos,
                measure=Measure.CREDITS,
                every="day",
                is_hard=True,
                actor=SYSTEM,
                now=BEGIN,
            )
        # Not at one instant, for which ids that are drawn at random would say what comes first.
        self.product.grant(organization.id, "30", "9.99", expires_at=BEGIN + 2 * PAUSE - timedelta(hours=place))
        self.product.top_up(organization.id, "3", f"top up {name}")
        return Caller(organization.id, department.id)

    def _put(self, requests: Sequence[Logged]) -> int:
        with self.product.write() as uow:
            outcomes = charge_events(uow, [request for _, request in requests], self.world.clock)
        for (place, _), outcome in zip(requests, outcomes, strict=True):
            if isinstance(outcome, Hold):
                self.callers[place].hold_ids[outcome.event.event_id] = outcome.id
        return sum(not isinstance(outcome, BillingError) for outcome in outcomes)

    def _rest(self) -> None:
        """Time passes, and what is over is swept up."""
        self.world.clock.set(self.world.clock.now() + PAUSE)
        expire_holds(self.product.write, self.world.clock)
        with self.product.write() as uow:
            expire_credits(uow, self.world.clock.now())

    def _with_event_for_hold(self, caller: Caller, request: Request) -> Request:
        if isinstance(request, SettleRequest | ReleaseRequest):
            events = {hold_id: event_id for event_id, hold_id in caller.hold_ids.items()}
            return replace(request, hold_id=events[request.hold_id])
        return request

    def _with_hold_for_event(self, caller: Caller, request: Request) -> Request:
        match request:
            case SettleRequest() | ReleaseRequest():
                return replace(
                    request, organization_id=caller.organization_id, hold_id=caller.hold_ids[request.hold_id]
                )
            case ChargeRequest() | ReserveRequest():
                return replace(request, event=replace(request.event, organization_id=caller.organization_id))
            case _:
                raise AssertionError(request)


def _batches(step: Sequence[Logged], size: int) -> Iterator[Sequence[Logged]]:
    """A hold can be named from the batch after the one it was made in."""
    batch: list[Logged] = []
    made: set[tuple[int, str]] = set()
    for place, request in step:
        is_later = isinstance(request, SettleRequest | ReleaseRequest) and (place, request.hold_id) in made
        if batch and (len(batch) == size or is_later):
            yield batch
            batch, made = [], set()
        batch.append((place, request))
        if isinstance(request, ReserveRequest):
            made.add((place, request.event.event_id))
    if batch:
        yield batch


def _named(text: str, names: dict[str, str]) -> str:
    return ID.sub(lambda found: names.get(found[0], found[0]), text)
