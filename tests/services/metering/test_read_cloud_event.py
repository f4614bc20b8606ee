"""CloudEvents that carry a usage event, or the body of a provider's answer."""

from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.services.metering.read_cloud_event import read_cloud_event
from tests.services.metering.golden import golden

CONTEXT = {
    "specversion": "1.0",
    "type": "ai.tollbooth.usage",
    "id": "evt-1",
    "source": "/shop/assistant",
    "time": "2026-11-20T14:02:11Z",
}
OWN = {"feature": "chat", "provider": "openai", "model": "gpt-5", "input_tokens": 374, "output_tokens": 44}


def _event(**more: Any) -> dict[str, Any]:
    event = {**CONTEXT, "data": OWN, **more}
    return {name: value for name, value in event.items() if value != "left out"}


def _refusal(event: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_cloud_event(event)
    assert len(caught.value.message) < 400
    return caught.value


def test_the_fields_of_our_own_event_get_their_identity_and_time_from_the_cloud_event():
    fields = read_cloud_event(_event(subject="mem_1", datacontenttype="application/json; charset=utf-8"))

    assert fields == {
        **OWN,
        "id": "evt-1",
        "source": "/shop/assistant",
        "time": "2026-11-20T14:02:11Z",
        "member": "mem_1",
    }


def test_the_body_of_an_answer_becomes_the_response_of_our_own_event():
    body = golden("openai_chat_cached_and_reasoning").body

    fields = read_cloud_event(_event(data=body, feature="chat", department="dep_1", time="left out"))

    assert fields == {
        "id": "evt-1",
        "source": "/shop/assistant",
        "feature": "chat",
        "department": "dep_1",
        "response": body,
    }


def test_what_data_says_holds_before_attributes_and_both_before_the_default():
    data = {**OWN, "member": "mem_2"}

    fields = read_cloud_event(_event(data=data, subject="mem_1", feature="other", run="run_1"), feature="default")
    without = {name: value for name, value in OWN.items() if name != "feature"}

    assert (fields["member"], fields["feature"], fields["run"]) == ("mem_2", "chat", "run_1")
    assert read_cloud_event(_event(data=without, feature="other"), feature="default")["feature"] == "other"
    assert read_cloud_event(_event(data=without), feature="default")["feature"] == "default"


def test_attributes_of_others_are_passed_over():
    fields = read_cloud_event(_event(traceparent="00-5b8e-eee1-01", dataschema="https://example.com/schema"))

    assert "traceparent" not in fields


def test_reading_an_event_leaves_it_as_it_was():
    event = _event(subject="mem_1")
    read_cloud_event(event)

    assert event == _event(subject="mem_1")
    assert "id" not in OWN


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "left out"}, "specversion"),
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": 1.0}, "specversion"),
        ({"type": "left out"}, "type"),
        ({"type": "com.example.other"}, "type"),
        ({"id": "left out"}, "id"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"source": "left out"}, "source"),
        ({"source": ""}, "source"),
        ({"source": ["/shop"]}, "source"),
        ({"subject": ""}, "subject"),
        ({"subject": 5}, "subject"),
        ({"feature": {}}, "feature"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"datacontenttype": 5}, "datacontenttype"),
        ({"data": "left out"}, "data"),
        ({"data": None}, "data"),
        ({"data": []}, "data"),
        ({"data": "{}"}, "data"),
        ({"data_base64": "e30="}, "data_base64"),
        ({"data": {**OWN, "id": "x"}}, "data.id"),
        ({"data": {**OWN, "time": "2026-11-20T14:02:11Z"}}, "data.time"),
    ],
)
def test_the_attribute_at_fault_is_named(change: dict[str, Any], field: str):
    assert _refusal(_event(**change)).field == field


@pytest.mark.parametrize("event", [None, [], "x", 5])
def test_what_is_no_object_is_no_event(event: Any):
    assert _refusal(event).field == "body"
