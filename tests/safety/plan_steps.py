"""Plans that change and periods that end within a sequence of operations."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing_core.services.organizations.subscribe import subscribe
from billing_core.services.true_ups.true_up_periods import true_up_period
from tests.product import SYSTEM
from tests.safety import naive_operations as naive
from tests.safety.sequence import OFTEN_OPEN, PROCESS, Sequence


class PlanSteps(Sequence):
    """Another plan, with or without its discount; and the end of a period is trued up."""

    @rule(plan=st.sampled_from(OFTEN_OPEN), has_discount=st.booleans(), process=PROCESS)
    def change_plan(self, plan: str, has_discount: bool, process: int) -> None:
        self.wait(timedelta(seconds=1))  # so that plans began in an order
        self.effect(
            process,
            lambda uow: subscribe(
                uow,
                organization_id=self.organization_id,
                plan_code=plan,
                discount="kind" if has_discount else None,
                actor=SYSTEM,
                now=self.now,
            ),
            lambda: naive.subscribe(self.books, plan, self.now, has_discount=has_discount),
        )
        self.compare()

    @rule(process=PROCESS)
    def true_up(self, process: int) -> None:
        self.effect(
            process,
            lambda uow: true_up_period(uow, self.organization_id, self.now),
            lambda: naive.true_up(self.books, self.now),
        )
        self.compare()
