"""Budgets within a sequence of operations."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.change_budget import change_budget
from billing_core.services.budgets.increase_budget import increase_budget
from tests.product import SYSTEM
from tests.safety.naive_credits import Refused
from tests.safety.sequence import BUDGETS, DURATIONS, PROCESS, SOME, NewBudget, Sequence

PARTS = (0, 1, 2, 5)  # halves of what a budget has


class BudgetSteps(Sequence):
    """Budgets are made, changed, raised for a while, and ended."""

    @rule(wanted=BUDGETS, process=PROCESS)
    def make_budget(self, wanted: NewBudget, process: int) -> None:
        self.is_settled = False
        with self.world.processes[process].write() as uow:
            self.add_budget(uow, wanted)
        self.compare()

    @rule(which=SOME, halves=st.sampled_from(PARTS), is_hard=st.booleans(), process=PROCESS)
    def alter_budget(self, which: int, halves: int, is_hard: bool, process: int) -> None:
        budget_id = self.some_budget(which)
        if budget_id is None:
            return
        amount = self.books.budgets.all[budget_id].amount * halves // 2
        billing = self.books.period_at(self.now)
        self.effect(
            process,
            lambda uow: change_budget(uow, budget_id, amount=amount, is_hard=is_hard, actor=SYSTEM, now=self.now),
            lambda: self.books.budgets.change(budget_id, amount, is_hard, self.now, billing),
        )
        self.compare()

    @rule(which=SOME, halves=st.sampled_from(PARTS[1:]), last=st.sampled_from(DURATIONS), process=PROCESS)
    def raise_budget(self, which: int, halves: int, last: timedelta, process: int) -> None:
        budget_id, now = self.some_budget(which), self.now
        if budget_id is None:
            return
        amount = self.books.budgets.all[budget_id].amount * halves // 2 + 1
        increase = self.effect(
            process,
            lambda uow: increase_budget(uow, budget_id, amount=amount, until=now + last, actor=SYSTEM, now=now),
            lambda: _check_end(last),
        )
        if increase is not None:
            self.books.budgets.all[budget_id].increases[increase.id] = (amount, now, now + last)
        self.compare()

    @rule(which=SOME, process=PROCESS)
    def end_budget(self, which: int, process: int) -> None:
        budget_id = self.some_budget(which)
        if budget_id is not None:
            self.effect(process, lambda uow: archive_budget(uow, budget_id, actor=SYSTEM, now=self.now))
            self.books.budgets.archive(budget_id)
            self.compare()

    def some_budget(self, which: int) -> str | None:
        budgets = sorted(self.books.budgets.all)
        return budgets[which % len(budgets)] if budgets else None


def _check_end(last: timedelta) -> None:
    if last <= timedelta(0):
        raise Refused("invalid_input")
