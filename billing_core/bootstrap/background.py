"""The background jobs of a process."""

import os
import secrets
from datetime import timedelta

from billing_core.bootstrap.application import Application
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.idempotency.claim_request import forget_answers
from billing_core.services.jobs.job_thread import JobThread
from billing_core.services.jobs.run_due_jobs import Job, run_due_jobs
from billing_core.services.purchases.reconcile_purchases import reconcile_purchases
from billing_core.services.seats.renew_seats import renew_seats
from billing_core.services.top_up.run_top_ups import run_top_ups
from billing_core.services.true_ups.true_up_periods import organizations_to_true_up, true_up_period


def background_jobs(application: Application) -> JobThread:
    """A thread, not yet started, that runs every job when it is due."""
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    jobs = (
        Job("warehouse", timedelta(seconds=2), application.sync_warehouse, application.has_unsynced_events),
        Job("expire_holds", timedelta(seconds=1), lambda: _expire_holds(application), application.has_overdue_holds),
        Job("plan_credits", timedelta(minutes=10), lambda: _grant_plan_credits(application), lambda: True),
        Job(
            "expire_credits",
            timedelta(minutes=1),
            lambda: _expire_credits(application),
            lambda: _has_expired_credits(application),
        ),
        Job("seal_ledger", timedelta(seconds=5), application.seal_ledger, application.seal_ledger.has_work),
        Job("true_ups", timedelta(hours=1), lambda: _true_up_periods(application), lambda: True),
        Job("seats", timedelta(minutes=10), lambda: _renew_seats(application), lambda: True),
        Job(
            "top_ups",
            timedelta(seconds=30),
            lambda: run_top_ups(application.write, application.payments, application.clock),
            lambda: _has_top_ups(application),
        ),
        Job("answers", timedelta(hours=1), lambda: _forget_answers(application), lambda: True),
        Job("purchases", timedelta(minutes=5), lambda: _reconcile_purchases(application), lambda: True),
    )
    return JobThread(lambda: run_due_jobs(application.write, jobs, owner, application.clock))


def _expire_holds(application: Application) -> None:
    expire_holds(application.write, application.clock)


def _grant_plan_credits(application: Application) -> None:
    with application.write() as uow:
        grant_plan_credits(uow, application.clock.now())


def _has_expired_credits(application: Application) -> bool:
    with application.read() as uow:
        return bool(uow.credits.owners_of_ended(application.clock.now(), 1))


def _expire_credits(application: Application) -> None:
    """In a transaction for some organizations at a time, so that charges get their turn in between."""
    is_done = False
    while not is_done:
        with application.write() as uow:
            is_done = not expire_credits(uow, application.clock.now())


def _true_up_periods(application: Application) -> None:
    with application.read() as uow:
        organizations = organizations_to_true_up(uow)
    for organization_id in organizations:
        with application.write() as uow:
            true_up_period(uow, organization_id, application.clock.now())


def _renew_seats(application: Application) -> None:
    with application.read() as uow:
        outgrown = uow.seats.outgrown()
    for organization_id in outgrown:
        with application.write() as uow:
            renew_seats(uow, organization_id, application.clock.now())


def _has_top_ups(application: Application) -> bool:
    with application.read() as uow:
        return bool(uow.top_ups.enabled() or uow.top_ups.pending(application.clock.now(), 1))


def _forget_answers(application: Application) -> None:
    with application.write() as uow:
        forget_answers(uow, application.clock.now())


def _reconcile_purchases(application: Application) -> None:
    reconcile_purchases(application.write, application.payments, application.clock)
