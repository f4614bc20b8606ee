"""A product's API in which nothing runs that nobody can pay."""

from typing import Any

import pytest

from billing_core.bootstrap import application
from billing_core.domain.errors import Overloaded
from billing_core.sdk import BillingManager, use
from billing_core.sdk.in_process import InProcess
from tests.sdk.billed_site import site
from tests.sdk.recorded import only, recorded


def test_enforcing_charges_what_runs_and_answers_the_rest_with_what_is_missing(acme: str) -> None:
    with site(acme, feature="CategorizationAgent", is_enforcing=True) as client:
        assert [client.get("/hello").status_code for _ in range(50)] == [200] * 50
        refused = client.get("/hello")
    assert refused.status_code == 402
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "insufficient_funds"
    assert refused.json()["type"] == "urn:tollbooth:problem:insufficient_funds"
    assert BillingManager.get_credits(acme) == 0
    assert len(recorded()) == 50


def test_enforcing_gives_back_what_a_failed_call_would_have_cost(acme: str) -> None:
    with site(acme, feature="CategorizationAgent", is_enforcing=True) as client:
        assert client.get("/refuse/500").status_code == 500
        assert client.get("/fail").status_code == 500
    application().admission.close()
    assert BillingManager.get_credits(acme) == 100
    assert [event["is_error"] for event in recorded()] == [1, 1]


def test_enforcing_charges_the_tokens_that_were_used(acme: str) -> None:
    with site(acme, is_enforcing=True, reads_tokens=True) as client:
        assert client.get("/stream").text.endswith("[DONE]\n\n")
    assert (only()["input_tokens"], only()["output_tokens"], only()["model"]) == (30, 12, "gpt-4")


def test_enforcing_lets_nobody_in_whom_it_cannot_charge(acme: str, caplog: pytest.LogCaptureFixture) -> None:
    with site(lambda _: None, is_enforcing=True) as client:
        assert (client.get("/hello").status_code, client.get("/hello").json()["code"]) == (403, "not_allowed")
    with site("org_nobody", is_enforcing=True) as client:
        assert (client.get("/hello").status_code, client.get("/hello").json()["code"]) == (503, "overloaded")
    with site(acme, is_enforcing=True, feature=lambda _: None) as client:
        assert client.get("/hello").status_code == 200
    assert recorded() == []


def test_a_charge_that_fails_after_an_enforced_call_is_made_by_the_recorder(
    acme: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(InProcess):
        async def finish_async(self, admitted: Any, used: Any = None) -> Any:
            raise Overloaded("Too much at once.")

    use(Failing())
    with site(acme, is_enforcing=True) as client:
        assert client.get("/hello").text == "hello"
        client.settle()
    assert only()["properties"]["status"] == 200
