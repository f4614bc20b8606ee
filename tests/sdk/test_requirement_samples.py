"""The Python samples of the requirement documents run as they are printed, but for where they import from."""

import ast
import asyncio
import inspect
from decimal import Decimal
from typing import Any

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.identity import MemberRole
from billing_core.domain.organizations import Member, Organization
from billing_core.domain.periods import time_zone
from billing_core.sdk import BilledAgent, BillingManager, PricingService, billing_context, credit_service
from billing_core.services.identity.add_person import add_person
from billing_core.services.organizations.create_member import create_member
from billing_core.services.organizations.subscribe import subscribe
from tests.builders import credits
from tests.product import SYSTEM
from tests.sdk import requirement_samples as samples


def run(sample: str, **names: Any) -> dict[str, Any]:
    """Run a sample with these names in it; everything it defines."""
    for theirs, ours in samples.IMPORTED_FROM.items():
        sample = sample.replace(f"from {theirs} import", f"from {ours} import")
    code = compile(sample, "sample", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outcome = eval(code, names)
    if inspect.isawaitable(outcome):
        asyncio.run(_awaited(outcome))
    return names


async def _awaited(outcome: Any) -> None:
    await outcome


def test_the_decorated_agent_of_the_first_document_is_charged_for_a_unit(acme: str) -> None:
    agent = run(samples.DECORATED_AGENT)["MyAgent"]()
    with billing_context(organization=acme):
        agent.process("data")
    assert BillingManager.get_credits(acme) == 99


def test_the_balance_of_the_first_document_is_printed(acme: str, capsys: pytest.CaptureFixture[str]) -> None:
    BillingManager.top_up(acme, "12.50")
    run(samples.CHECKING_BALANCE, organization_id=acme)
    assert capsys.readouterr().out == "Current balance: 12.50 RUB\n"


def test_the_charge_of_the_first_document_is_made_for_a_member(acme: str) -> None:
    with application().write() as uow:
        member = create_member(
            uow,
            application().passwords,
            organization_id=acme,
            email="dana@example.com",
            name="Dana",
            role=MemberRole.MEMBER,
            actor=SYSTEM,
            now=application().clock.now(),
        ).member
    charged = run(samples.CHARGING_FOR_USAGE, org_id=acme, user_id=member.id)["amount_charged"]
    assert charged.price == credits("2")


def test_the_database_of_the_second_document_is_set_up(acme: str) -> None:
    run(samples.SETTING_UP_THE_DATABASE)
    assert application().is_ready()


def test_the_pipeline_of_the_second_document_processes_and_is_charged(
    acme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _organization_and_member("org-id", "user-id")
    names = run(samples.PIPELINE)
    names["session"].close()
    assert capsys.readouterr().out == "Sample input data\n"
    result = names["result"]
    assert (result.quantities.input_tokens, result.quantities.output_tokens) == (5, 5)
    assert result.receipt.feature == "completion"
    assert BillingManager.check_limit("org-id", "completion") == 999


def test_the_credit_balance_of_the_fourth_document_is_awaited_and_printed(
    acme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(samples.CREDIT_BALANCE, credit_service=credit_service, organization_id=acme)
    assert capsys.readouterr().out == "Available: 100.00 credits\n"


def test_the_agent_of_the_fourth_document_consumes_credits_before_it_generates(acme: str) -> None:
    agent_class = run(samples.AGENT_THAT_CONSUMES_CREDITS, BaseCrew=BilledAgent)["ContentAgent"]

    class ThisAgent(agent_class):
        async def _generate(self, topic: str) -> str:
            assert BillingManager.get_credits(acme) == Decimal(90)
            return f"All about {topic}"

    with billing_context(organization=acme):
        assert asyncio.run(ThisAgent().generate_content("billing")) == "All about billing"


def test_the_limits_that_the_fifth_document_configures_are_those_of_the_plan(acme: str) -> None:
    configured = run(samples.SUBSCRIPTION_PLANS)["SUBSCRIPTION_PLANS"]
    allowances = PricingService.get_plan("free").allowances
    assert {
        "ai_responses_limit": allowances["ai_responses"],
        "document_uploads_limit": allowances["document_uploads"],
        "storage_limit_gb": (allowances["storage"] or 0) // 10**9,
    } == configured["free"]


def _organization_and_member(organization_id: str, member_id: str) -> None:
    """A customer with ids that somebody else made up."""
    house = application()
    now = house.clock.now()
    with house.write() as uow:
        uow.organizations.add_organization(
            Organization(
                id=organization_id,
                name="Sample",
                currency="USD",
                time_zone=time_zone("UTC"),
                is_demo=False,
                created_at=now,
            )
        )
        uow.credits.open_wallets(organization_id, "USD")
        subscribe(uow, organization_id=organization_id, plan_code="free", actor=SYSTEM, now=now)
        person = add_person(
            uow,
            house.passwords,
            email="sam@example.com",
            name="Sam",
            staff_role=None,
            password=None,
            actor=SYSTEM,
            now=now,
        ).person
        uow.organizations.add_member(
            Member(
                id=member_id,
                organization_id=organization_id,
                person_id=person.id,
                department_id=None,
                role=MemberRole.OWNER,
                created_at=now,
            )
        )
