"""A metered call becomes the event that is charged."""

from functools import partial

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money
from billing_core.services.metering.make_usage_event import make_usage_event
from billing_core.services.metering.metered_call import MeteredCall
from billing_core.services.metering.read_provider_body import read_provider_body
from tests.services.metering.golden import golden


def test_the_id_of_the_answer_is_the_identity_of_the_event_unless_another_is_given():
    call = read_provider_body(golden("openai_chat_cached_and_reasoning").body)

    event = make_usage_event(call, organization_id="org_1", feature="chat", source="sdk", run="run_1")
    other = make_usage_event(call, organization_id="org_1", feature="chat", source="sdk", event_id="evt_1")

    assert event.identity == ("org_1", "sdk", "chatcmpl-C9tq2vPzWg1")
    assert (event.provider, event.model, event.service_tier) == ("openai", "gpt-5-2025-08-07", "default")
    assert (event.quantities, event.run) == (call.quantities, "run_1")
    assert other.event_id == "evt_1"


def test_the_same_body_told_twice_makes_events_of_the_same_payload():
    body = golden("anthropic_messages_cached_and_tools").body
    first, second = (
        make_usage_event(read_provider_body(dict(body)), organization_id="org_1", feature="chat", source="sdk")
        for _ in range(2)
    )

    assert first.payload_hash == second.payload_hash


def test_a_call_without_an_id_needs_one_from_the_caller():
    with pytest.raises(InvalidInput) as caught:
        make_usage_event(MeteredCall(), organization_id="org_1", feature="chat", source="sdk")

    assert caught.value.field == "event_id"


def test_what_no_count_holds_goes_along_as_properties():
    call = MeteredCall(
        provider="openrouter",
        model="a/b",
        response_id="gen-1",
        reported_cost=Money.parse("0.000573", "USD"),
        is_partial=True,
        properties={"web_searches": 2},
    )

    event = make_usage_event(call, organization_id="org_1", feature="chat", source="sdk")

    assert event.properties == {
        "web_searches": 2,
        "reported_cost": "0.000573",
        "reported_cost_currency": "USD",
        "is_partial": True,
    }


def test_latency_and_failure_are_as_the_call_says_unless_the_caller_says_otherwise():
    call = MeteredCall(response_id="r_1", latency_ms=12, is_error=True)
    event = partial(make_usage_event, call, organization_id="org_1", feature="chat", source="sdk")

    told, other = event(), event(latency_ms=0, is_error=False)

    assert (told.latency_ms, told.is_error) == (12, True)
    assert (other.latency_ms, other.is_error) == (0, False)


def test_a_call_of_which_nothing_is_known_is_neither_failed_nor_partial():
    event = make_usage_event(MeteredCall(), organization_id="org_1", feature="chat", source="sdk", event_id="e_1")

    assert (event.is_error, event.properties, event.latency_ms) == (False, None, None)
