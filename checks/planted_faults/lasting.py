"""Faults in what happens with time: credits that end, roll over or come again, holds that are swept up."""

from checks.planted_faults.deciding import EDGES, HOLDING, SEQUENCES
from checks.planted_faults.fault import Fault

CREDIT_STORE = "billing_core/adapters/database/credit_store.py"
CREDITS = ("tests/services/credits",)

FAULTS = (
    Fault(
        "overdue_holds_not_swept_up",
        "billing_core/services/charging/expire_holds.py",
        "holds = uow.holds.overdue(clock.now(), HOLDS_PER_BATCH)",
        "holds = uow.holds.overdue(clock.now(), 0)",
        HOLDING,
    ),
    Fault(
        "hold_swept_up_an_instant_late",
        "billing_core/adapters/database/hold_store.py",
        "hold.c.expires_at <= now)",
        "hold.c.expires_at < now)",
        (*HOLDING, *SEQUENCES),
    ),
    Fault(
        "held_credits_expire",
        "billing_core/services/credits/expire_credits.py",
        "items = [write_off(state, state.free_nanos,",
        "items = [write_off(state, state.remaining_nanos,",
        CREDITS,
    ),
    Fault(
        "rollover_without_its_cap",
        "billing_core/services/credits/roll_over_credits.py",
        "room = most - uow.credits.granted_by(organization_id, operations)",
        "room = most",
        (*CREDITS, *SEQUENCES),
    ),
    Fault(
        "grant_given_that_is_over",
        "billing_core/services/credits/issue_grant.py",
        "expires_at is not None and expires_at <= now:",
        "expires_at is not None and expires_at < now:",
        EDGES,
    ),
    Fault(
        "plan_credits_of_the_last_period_count",
        CREDIT_STORE,
        "credit_grant.c.expires_at > now,",
        "credit_grant.c.expires_at >= now,",
        (*CREDITS, *SEQUENCES),
    ),
    Fault(
        "credits_end_an_instant_late",
        CREDIT_STORE,
        "        credit_grant.c.expires_at <= now,",
        "        credit_grant.c.expires_at < now,",
        (*CREDITS, *SEQUENCES),
    ),
    Fault(
        "topped_up_again_by_the_same_operation",
        "billing_core/services/credits/top_up_balance.py",
        "if known := uow.ledger.postings_of_operation(operation):",
        "if known := ():",
        CREDITS,
    ),
    Fault(
        "voided_credits_count_as_expired",
        CREDIT_STORE,
        "ended[item.grant_id][item.kind is Ending.VOIDED] += item.amount.nanos",
        "ended[item.grant_id][False] += item.amount.nanos",
        EDGES,
    ),
    Fault(
        "earlier_plan_of_one_instant_holds",
        "billing_core/adapters/database/subscription_store.py",
        "subscription.c.ended_at.nulls_last()",
        "subscription.c.ended_at.nulls_first()",
        ("tests/safety/test_what_sequences_found.py",),
    ),
    Fault(
        "month_counted_from_the_last_boundary",
        "billing_core/domain/periods.py",
        "day=min(anchor.day, monthrange(year, month)[1])",
        "day=min(anchor.day, 28)",
        ("tests/domain/test_periods.py",),
    ),
)
