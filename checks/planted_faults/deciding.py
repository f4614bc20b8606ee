"""Faults in what is decided: prices, who pays, limits, budgets, holds."""

from checks.planted_faults.fault import Fault

CREDITS = "billing_core/domain/credits.py"
FUNDING = "billing_core/domain/funding.py"
CHARGING = "billing_core/domain/charging.py"
BUDGETS = "billing_core/domain/budgets.py"
HOLDS = "billing_core/domain/holds.py"
PRICES = "billing_core/domain/prices.py"
TARIFFS = "billing_core/domain/tariffs.py"
TIERS = "billing_core/domain/pricing/tiers.py"
CANCELLATION = "billing_core/domain/cancellation.py"

DECIDING = ("tests/domain/test_charging.py", "tests/services/charging/test_charge_events.py")
HOLDING = ("tests/services/charging/test_holds.py",)
BUDGETING = ("tests/domain/test_budgets.py", "tests/services/budgets")
PRICING = ("tests/domain/test_prices.py", "tests/domain/test_price_laws.py")
TERMS = ("tests/services/charging/test_terms.py",)
CANCELLING = ("tests/services/adjustments/test_cancel_events.py",)
EDGES = ("tests/safety/test_edges.py",)
SEQUENCES = ("tests/safety/test_sqlite_sequences_even.py",)

FAULTS = (
    Fault(
        "half_rounded_to_odd",
        "billing_core/domain/money.py",
        "quotient % 2 == 1)",
        "quotient % 2 == 0)",
        ("tests/domain/test_money.py",),
    ),
    Fault(
        "grant_begins_an_instant_late",
        CREDITS,
        "grant.effective_at <= now and (",
        "grant.effective_at < now and (",
        (*DECIDING, "tests/services/credits", *SEQUENCES),
    ),
    Fault(
        "grant_pays_in_the_instant_it_ends",
        CREDITS,
        "now < grant.expires_at) and",
        "now <= grant.expires_at) and",
        (*DECIDING, "tests/services/credits", *SEQUENCES),
    ),
    Fault(
        "held_credits_count_as_free",
        CREDITS,
        "return self.remaining_nanos - self.held_nanos",
        "return self.remaining_nanos",
        HOLDING,
    ),
    Fault(
        "wider_grants_burn_first",
        CREDITS,
        "            self.features is None,",
        "            self.features is not None,",
        DECIDING,
    ),
    Fault(
        "dearer_grants_burn_first",
        CREDITS,
        "            Fraction(self.cost.nanos, self.granted_nanos),",
        "            -Fraction(self.cost.nanos, self.granted_nanos),",
        (*DECIDING, *SEQUENCES),
    ),
    Fault(
        "cost_of_a_slice_rounded_by_itself",
        CREDITS,
        "return self.grant.cost_of_first(used + nanos) - self.grant.cost_of_first(used)",
        "return self.grant.cost_of_first(nanos)",
        EDGES,
    ),
    Fault(
        "cost_basis_rounded_down",
        CREDITS,
        "return divide_half_even(self.cost.nanos * nanos, self.granted_nanos)",
        "return self.cost.nanos * nanos // self.granted_nanos",
        EDGES,
    ),
    Fault(
        "credits_for_money_rounded_down",
        FUNDING,
        "wanted = nanos if in_credits else -(-nanos * NANOS_PER_UNIT // credit_value_nanos)",
        "wanted = nanos if in_credits else nanos * NANOS_PER_UNIT // credit_value_nanos",
        (*DECIDING, *SEQUENCES),
    ),
    Fault(
        "promised_slice_counted_twice",
        FUNDING,
        "more = min(missing, state.free_nanos - amount)",
        "more = min(missing, state.free_nanos)",
        (*HOLDING, *SEQUENCES),
    ),
    Fault(
        "grant_pays_for_any_feature",
        FUNDING,
        "if missing and state.pays_for(feature, now):",
        "if missing and state.is_open(now):",
        DECIDING,
    ),
    Fault(
        "settling_for_less_takes_the_whole_hold",
        FUNDING,
        "amount = min(wanted, promised.get(state.grant.id, 0))",
        "amount = promised.get(state.grant.id, 0)",
        HOLDING,
    ),
    Fault(
        "balance_overdrawn",
        FUNDING,
        "balance = min(rest, books.balance_nanos)",
        "balance = rest",
        DECIDING,
    ),
    Fault(
        "use_that_has_happened_refused",
        CHARGING,
        "if admit and funding.overage_nanos and tariff.beyond is not Beyond.OVERAGE:",
        "if funding.overage_nanos and tariff.beyond is not Beyond.OVERAGE:",
        DECIDING,
    ),
    Fault(
        "held_allowance_given_again",
        CHARGING,
        "included = allowance.covers(measured, used + books.held.get(key, 0))",
        "included = allowance.covers(measured, used)",
        HOLDING,
    ),
    Fault(
        "highest_level_added_up",
        CHARGING,
        "measured = max(measured - used, 0)",
        "measured = max(measured, 0)",
        DECIDING,
    ),
    Fault(
        "grace_for_late_usage_an_instant_long",
        CHARGING,
        "now < period.end + timedelta(days=terms.late_usage_days)",
        "now <= period.end + timedelta(days=terms.late_usage_days)",
        EDGES,
    ),
    Fault(
        "failed_calls_cost",
        CHARGING,
        "quantities = NOTHING if event.is_error else event.quantities",
        "quantities = event.quantities",
        DECIDING,
    ),
    Fault(
        "soft_use_refused_by_budgets",
        CHARGING,
        "admit_at = now if admit else None",
        "admit_at = now",
        BUDGETING,
    ),
    Fault(
        "tiers_forget_what_was_before",
        PRICES,
        "return after - cumulative_nanos(price, use.units_before, discount)",
        "return after",
        PRICING,
    ),
    Fault(
        "maximum_holds_for_each_use",
        TARIFFS,
        "return min(nanos, max(self.maximum_nanos - use.spent_before_nanos, 0))",
        "return min(nanos, self.maximum_nanos)",
        (*DECIDING, *TERMS),
    ),
    Fault(
        "fee_of_the_next_tier_a_unit_early",
        TIERS,
        "            if units <= below:",
        "            if units < below:",
        PRICING,
    ),
    Fault(
        "package_charged_when_it_is_full",
        TIERS,
        "return -(-units // self.size) * self.amount.nanos, 1",
        "return units // self.size * self.amount.nanos, 1",
        PRICING,
    ),
    Fault(
        "budget_refuses_its_last_unit",
        BUDGETS,
        "if counter.spent + counter.held + amount > limit:",
        "if counter.spent + counter.held + amount >= limit:",
        BUDGETING,
    ),
    Fault(
        "budget_ignores_what_is_held",
        BUDGETS,
        "if counter.spent + counter.held + amount > limit:",
        "if counter.spent + amount > limit:",
        BUDGETING,
    ),
    Fault(
        "widest_budget_asked_first",
        BUDGETS,
        "        for narrow in self._narrow:",
        "        for narrow in reversed(self._narrow):",
        BUDGETING,
    ),
    Fault(
        "budget_misses_its_first_instant",
        BUDGETS,
        "budget.effective_at <= occurred_at",
        "budget.effective_at < occurred_at",
        (*BUDGETING, *SEQUENCES),
    ),
    Fault(
        "increase_lasts_an_instant_too_long",
        "billing_core/domain/budget_terms.py",
        "item.starts_at <= now < item.ends_at",
        "item.starts_at <= now <= item.ends_at",
        BUDGETING,
    ),
    Fault(
        "hold_settled_in_the_instant_it_expires",
        HOLDS,
        "if self.state is HoldState.OPEN and now < self.expires_at:",
        "if self.state is HoldState.OPEN and now <= self.expires_at:",
        (*HOLDING, *SEQUENCES),
    ),
    Fault(
        "refused_settlement_lets_go_of_the_hold",
        HOLDS,
        "        keep(books, hold.reserved)\n        raise",
        "        raise",
        HOLDING,
    ),
    Fault(
        "released_allowance_held_for_ever",
        HOLDS,
        "books.hold_count(reserved.allowance, sign * reserved.included)",
        "books.hold_count(reserved.allowance, reserved.included)",
        HOLDING,
    ),
    Fault(
        "cancelled_debt_forgiven_twice",
        CANCELLATION,
        "owed_nanos = min(recorded.overage_nanos, books.owed_nanos)",
        "owed_nanos = recorded.overage_nanos",
        EDGES,
    ),
    Fault(
        "cancelled_credits_lose_their_cost",
        CANCELLATION,
        "cost_nanos = state.returned_cost(nanos)",
        "cost_nanos = 0",
        CANCELLING,
    ),
    Fault(
        "minimum_taken_for_a_maximum",
        "billing_core/domain/true_up.py",
        "due_nanos = max(due_nanos, terms.minimum.nanos)",
        "due_nanos = min(due_nanos, terms.minimum.nanos)",
        ("tests/services/true_ups",),
    ),
)
