"""Any sequence of operations on one organization, by two processes, compared with the naive books after every step."""

from tests.safety.budget_steps import BudgetSteps
from tests.safety.charge_steps import ChargeSteps
from tests.safety.credit_steps import CreditSteps
from tests.safety.plan_steps import PlanSteps


class Operations(ChargeSteps, CreditSteps, BudgetSteps, PlanSteps):
    """All of them."""
