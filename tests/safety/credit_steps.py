"""Credits and money that come and go within a sequence of operations."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing_core.domain.credits import Origin
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.top_up_balance import top_up_balance
from billing_core.services.credits.void_grant import void_grant
from tests.product import SYSTEM
from tests.safety import naive_operations as naive
from tests.safety.naive_credits import Grant, Refused
from tests.safety.sequence import CREDITS_GIVEN, PROCESS, SOME, Sequence

MONEY = tuple(Money.parse(text, "USD").nanos for text in ("0", "1.25", "9.999999997", "0.000000001"))
FROM_NOW = (None, None, timedelta(minutes=30), timedelta(hours=20), timedelta(days=40), -timedelta(hours=1))


class CreditSteps(Sequence):
    """Grants, top-ups, voids, plan credits; and each of them again."""

    @rule(
        credits=st.sampled_from(CREDITS_GIVEN),
        cost=st.sampled_from(MONEY),
        origin=st.sampled_from([origin for origin in Origin if origin is not Origin.PLAN]),
        features=st.sampled_from((None, None, frozenset({"agent"}), frozenset({"chat", "tiered"}))),
        begins=st.sampled_from(FROM_NOW),
        ends=st.sampled_from(FROM_NOW),
        process=PROCESS,
    )
    def grant(
        self,
        credits: int,
        cost: int,
        origin: Origin,
        features: frozenset[str] | None,
        begins: timedelta | None,
        ends: timedelta | None,
        process: int,
    ) -> None:
        now, operation = self.now, f"{self.organization_id}:{len(self.repeatable)}"
        begin, end = (None if wait is None else now + wait for wait in (begins, ends))

        def give(uow: Any) -> str:
            return issue_grant(
                uow,
                organization_id=self.organization_id,
                name="Grant",
                origin=origin,
                amount=Money(credits, CREDITS),
                cost=Money(cost, "USD"),
                operation=operation,
                now=self.now,
                effective_at=begin,
                expires_at=end,
                features=features,
            ).id

        is_wrong = (
            (begin is not None and begin < now) or (end is not None and end <= now) or (begin and end and end <= begin)
        )
        grant_id = self.effect(process, give, lambda: _refuse("invalid_input") if is_wrong else None)
        if grant_id is not None:
            naive.give(self.books, Grant(grant_id, origin, features, credits, cost, begin or now, end, now))
            self.repeatable.append(lambda: self.repeat(process, give))
        self.compare()

    @rule(nanos=st.sampled_from(MONEY[1:]), process=PROCESS)
    def top_up(self, nanos: int, process: int) -> None:
        operation = f"{self.organization_id}:{len(self.repeatable)}"

        def pay(uow: Any) -> Any:
            return top_up_balance(
                uow,
                organization_id=self.organization_id,
                amount=Money(nanos, "USD"),
                operation=operation,
                now=self.now,
            )

        self.effect(process, pay, lambda: naive.top_up(self.books, nanos))
        self.repeatable.append(lambda: self.repeat(process, pay))
        self.compare()

    @rule(which=SOME, process=PROCESS)
    def void(self, which: int, process: int) -> None:
        grants = sorted(self.books.credits.grants)
        if not grants:
            return
        grant_id = grants[which % len(grants)]
        operation = f"{self.organization_id}:{len(self.repeatable)}"

        def take_back(uow: Any) -> Any:
            return void_grant(uow, grant_id=grant_id, reason="Because", operation=operation, actor=SYSTEM, now=self.now)

        if self.effect(process, take_back, lambda: naive.void(self.books, grant_id)) is not None:
            self.repeatable.append(lambda: self.repeat(process, take_back))
        self.compare()

    @rule(which=SOME)
    def operate_again(self, which: int) -> None:
        if self.repeatable:
            self.is_settled = False
            self.repeatable[which % len(self.repeatable)]()
            self.compare()

    @rule(process=PROCESS)
    def give_plan_credits(self, process: int) -> None:
        self.is_settled = False
        with self.world.processes[process].write() as uow:
            grant_plan_credits(uow, self.now)
        naive.give_plan_credits(self.books, self.now)
        self.learn_names()
        self.compare()


def _refuse(code: str) -> None:
    raise Refused(code)
