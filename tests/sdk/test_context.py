"""On whose behalf code runs."""

import asyncio
import threading
from contextvars import copy_context

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.sdk import billing_context, current_context
from billing_core.sdk.context import BillingContext


def test_outside_of_any_context_nothing_is_said() -> None:
    assert current_context() == BillingContext()


def test_an_inner_context_overrides_what_it_names_and_ends() -> None:
    with billing_context(organization="org_a", member="mem_a", department="dep_a", run="run-1"):
        with billing_context(run="run-2"):
            assert current_context() == BillingContext("org_a", "mem_a", "dep_a", "run-2")
        assert current_context().run == "run-1"
    assert current_context() == BillingContext()


def test_members_and_departments_of_another_organization_are_left_behind() -> None:
    with billing_context(organization="org_a", member="mem_a", department="dep_a", run="run-1"):
        with billing_context(organization="org_b"):
            assert current_context() == BillingContext("org_b", run="run-1")
        with billing_context(organization="org_a", department="dep_b"):
            assert current_context() == BillingContext("org_a", "mem_a", "dep_b", "run-1")


def test_threads_and_tasks_run_in_the_context_they_were_started_in() -> None:
    seen: list[str | None] = []

    def look() -> None:
        seen.append(current_context().organization)

    async def task(name: str, both_inside: asyncio.Barrier) -> None:
        with billing_context(organization=name):
            await both_inside.wait()
            look()

    async def tasks() -> None:
        both_inside = asyncio.Barrier(2)
        await asyncio.gather(task("org_1", both_inside), task("org_2", both_inside))
        look()

    with billing_context(organization="org_a"):
        thread = threading.Thread(target=copy_context().run, args=(look,))
        thread.start()
        thread.join()
        asyncio.run(tasks())
    assert sorted(map(str, seen)) == ["org_1", "org_2", "org_a", "org_a"]


@pytest.mark.parametrize("field", ["organization", "member", "department", "run", "event_id"])
@pytest.mark.parametrize("value", ["", "x" * 201, "a\nb", 7])
def test_a_name_that_can_be_none_is_refused_at_once(field: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught, billing_context(**{field: value}):  # type: ignore[arg-type]
        pass
    assert caught.value.field == field
