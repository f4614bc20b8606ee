"""What spans tell of a model call, in the words of OpenTelemetry, OpenLLMetry and OpenInference."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import Quantities
from billing_core.services.metering.read_span import read_span
from billing_core.services.metering.span import Span
from billing_core.services.metering.span_attributes import span_attributes
from tests.services.metering.exports import CHAT, SPAN_ID, START_NANOS, TRACE_ID, the_call

OPENLLMETRY = {
    "llm.request.type": "chat",
    "gen_ai.system": "Anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.response.model": "claude-sonnet-4-5-20250929",
    "gen_ai.usage.prompt_tokens": 6100,
    "gen_ai.usage.completion_tokens": 50,
    "llm.usage.total_tokens": 6150,
    "gen_ai.usage.cache_read_input_tokens": 5000,
    "gen_ai.usage.cache_creation_input_tokens": 1000,
}
OPENINFERENCE = {
    "openinference.span.kind": "LLM",
    "llm.system": "vertexai",
    "llm.provider": "google",
    "llm.model_name": "gemini-2.5-pro",
    "llm.token_count.prompt": 1030,
    "llm.token_count.completion": 170,
    "llm.token_count.total": 1200,
    "llm.token_count.prompt_details.cache_read": 400,
    "llm.token_count.completion_details.reasoning": 120,
    "llm.cost.total": 0.0042,
    "session.id": "session-3",
}


def test_a_chat_span_of_opentelemetry_is_read_with_all_it_says():
    details = {
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.cache_write.input_tokens": 500,
        "gen_ai.usage.reasoning.output_tokens": 256,
        "openai.response.service_tier": "flex",
        "gen_ai.conversation.id": "conv-9",
        "gen_ai.agent.name": "Planner",
    }

    told = the_call({**CHAT, **details}, resource={"service.name": "shop"})

    assert told.call.quantities == Quantities(
        input_tokens=2006, output_tokens=300, cache_read_tokens=1000, cache_write_tokens=500, reasoning_tokens=256
    )
    assert (told.call.provider, told.call.model, told.call.service_tier) == ("openai", "gpt-5-2025-08-07", "flex")
    assert (told.event_id, told.call.response_id, told.run) == ("chatcmpl-7", "chatcmpl-7", "conv-9")
    assert (told.call.latency_ms, told.call.is_error) == (1830, False)
    assert told.occurred_at == datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
    assert told.call.properties == {"agent": "Planner", "service": "shop"}


def test_a_span_of_openllmetry_is_read_by_its_older_names():
    told = the_call(OPENLLMETRY)

    assert told.call.quantities == Quantities(
        input_tokens=6100, output_tokens=50, cache_read_tokens=5000, cache_write_tokens=1000
    )
    assert (told.call.provider, told.call.model) == ("anthropic", "claude-sonnet-4-5-20250929")


def test_a_span_of_openinference_is_read_with_the_cost_it_reports():
    told = the_call(OPENINFERENCE)

    assert told.call.quantities == Quantities(
        input_tokens=1030, output_tokens=170, cache_read_tokens=400, reasoning_tokens=120
    )
    assert (told.call.provider, told.call.model, told.run) == ("google", "gemini-2.5-pro", "session-3")
    assert told.call.reported_cost is not None
    assert told.call.reported_cost.decimal_text == "0.0042"


@pytest.mark.parametrize(
    ("named", "provider"),
    [
        ("openai", "openai"),
        ("azure.ai.openai", "azure"),
        ("azure.ai.inference", "azure"),
        ("az.ai.openai", "azure"),
        ("anthropic", "anthropic"),
        ("aws.bedrock", "aws"),
        ("gcp.gen_ai", "google"),
        ("gcp.gemini", "google"),
        ("gcp.vertex_ai", "google"),
        ("mistral_ai", "mistral"),
        ("cohere", "cohere"),
        ("x_ai", "x-ai"),
        ("deepseek", "deepseek"),
        ("groq", "groq"),
        ("perplexity", "perplexity"),
        ("moonshot_ai", "moonshotai"),
    ],
)
def test_providers_have_the_names_of_the_price_list(named: str, provider: str):
    assert the_call({**CHAT, "gen_ai.provider.name": named}).call.provider == provider


@pytest.mark.parametrize(
    ("meaning", "alias"),
    [(meaning, alias) for meaning, aliases in span_attributes().counts.items() for alias in aliases],
)
def test_every_alias_of_a_count_is_read_as_that_count(meaning: str, alias: str):
    names = span_attributes().counts
    plain = {name: value for name, value in CHAT.items() if ".usage." not in name}
    counts = {names["input_tokens"][0]: 90, names["output_tokens"][0]: 80}
    counts.pop(names[meaning][0], None)

    told = the_call({**plain, **counts, alias: 7})

    assert getattr(told.call.quantities, meaning) == 7


def test_of_two_names_for_a_count_the_newer_one_holds():
    told = the_call({**CHAT, "gen_ai.usage.prompt_tokens": 1, "llm.token_count.prompt": 2})

    assert told.call.quantities.input_tokens == 2006


@pytest.mark.parametrize("operation", ["chat", "generate_content", "text_completion"])
def test_calls_of_a_model_are_read(operation: str):
    assert the_call({**CHAT, "gen_ai.operation.name": operation}).call.quantities.tokens == 2306


@pytest.mark.parametrize(
    "said",
    [
        {"gen_ai.operation.name": "invoke_agent"},
        {"gen_ai.operation.name": "create_agent"},
        {"gen_ai.operation.name": "execute_tool"},
        {"gen_ai.operation.name": "retrieval"},
        {"gen_ai.operation.name": "invoke_workflow"},
        {"gen_ai.operation.name": "invoke_agent", "openinference.span.kind": "LLM"},
        {"gen_ai.operation.name": 7},
        {"openinference.span.kind": "AGENT"},
        {"openinference.span.kind": "CHAIN"},
        {"openinference.span.kind": "TOOL"},
        {"llm.request.type": "rerank"},
        {},
    ],
)
def test_spans_that_repeat_the_usage_of_others_are_no_calls(said: dict[str, Any]):
    attributes = {name: value for name, value in CHAT.items() if name != "gen_ai.operation.name"} | said

    assert (
        read_span(Span(trace_id=TRACE_ID, span_id=SPAN_ID, start_nanos=1, end_nanos=2, attributes=attributes)) is None
    )


def test_embeddings_need_not_tell_an_output():
    said = {"gen_ai.operation.name": "embeddings"}
    plain = {name: value for name, value in CHAT.items() if name != "gen_ai.usage.output_tokens"}

    assert the_call({**plain, **said}).call.quantities == Quantities(input_tokens=2006)


@pytest.mark.parametrize("name", ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"])
def test_a_call_that_succeeded_must_tell_its_tokens(name: str):
    with pytest.raises(InvalidInput) as caught:
        the_call({key: value for key, value in CHAT.items() if key != name})

    assert caught.value.field == name


@pytest.mark.parametrize("failure", [{"status": {"code": 2}}, {"status": {"code": "STATUS_CODE_ERROR"}}, {}])
def test_a_call_that_failed_may_have_told_nothing(failure: dict[str, Any]):
    attributes = {name: value for name, value in CHAT.items() if ".usage." not in name}
    attributes |= {} if failure else {"error.type": "timeout"}

    told = the_call(attributes, **failure)

    assert told.call.is_error
    assert told.call.quantities == Quantities()


@pytest.mark.parametrize("names", [("gen_ai.provider.name",), ("gen_ai.request.model", "gen_ai.response.model")])
def test_a_call_that_names_no_provider_or_model_is_refused(names: tuple[str, ...]):
    with pytest.raises(InvalidInput, match="does not name") as caught:
        the_call({name: value for name, value in CHAT.items() if name not in names})

    assert caught.value.field in ("gen_ai.provider.name", "gen_ai.response.model")


def test_the_model_asked_for_stands_in_where_the_response_names_none():
    told = the_call({name: value for name, value in CHAT.items() if name != "gen_ai.response.model"})

    assert told.call.model == "gpt-5"


def test_without_an_id_of_the_response_trace_and_span_are_the_identity():
    told = the_call({name: value for name, value in CHAT.items() if name != "gen_ai.response.id"})

    assert told.event_id == f"{TRACE_ID}-{SPAN_ID}"


def test_two_spans_of_one_answer_are_one_event():
    one = the_call(CHAT).event(organization_id="org_1", feature="chat")
    other = the_call(CHAT, spanId="aaaaaaaaaaaaaaaa").event(organization_id="org_1", feature="chat")

    assert one.identity == other.identity
    assert one.payload_hash == other.payload_hash


def test_for_whom_a_call_was_made_stands_on_the_span_or_its_resource():
    resource = {"tollbooth.feature": "search", "tollbooth.department": "dep_1", "tollbooth.organization": "org_1"}
    told = the_call(
        {**CHAT, "tollbooth.feature": "chat", "tollbooth.member": "mem_1", "tollbooth.run": "run_1"}, resource=resource
    )

    assert (told.organization, told.feature, told.department) == ("org_1", "chat", "dep_1")
    event = told.event(organization_id="org_1", feature="other", api_key_id="key_1")
    assert (event.feature, event.member, event.department, event.run) == ("chat", "mem_1", "dep_1", "run_1")
    assert (event.source, event.event_id, event.api_key_id) == ("otlp", "chatcmpl-7", "key_1")
    assert event.occurred_at == told.occurred_at


def test_the_feature_comes_from_the_caller_where_the_span_names_none():
    assert the_call(CHAT).event(organization_id="org_1", feature="chat").feature == "chat"
    with pytest.raises(InvalidInput) as caught:
        the_call(CHAT).event(organization_id="org_1")
    assert caught.value.field == "tollbooth.feature"


@pytest.mark.parametrize("value", ["2006", True, -1, 10**16, 2006.5, 1e300])
def test_a_count_that_is_no_whole_number_is_refused_by_its_name(value: Any):
    with pytest.raises(InvalidInput) as caught:
        the_call({**CHAT, "gen_ai.usage.input_tokens": value})

    assert caught.value.field == "gen_ai.usage.input_tokens"


def test_a_whole_number_that_was_sent_as_a_double_is_a_count():
    assert the_call({**CHAT, "gen_ai.usage.input_tokens": 2006.0}).call.quantities.input_tokens == 2006


def test_parts_larger_than_the_whole_are_refused():
    with pytest.raises(InvalidInput, match="must include them"):
        the_call({**CHAT, "gen_ai.usage.cache_read.input_tokens": 2007})


def test_a_span_that_took_no_time_has_a_latency_of_nothing():
    assert the_call(CHAT, endTimeUnixNano=str(START_NANOS)).call.latency_ms == 0


def test_a_span_that_ended_before_it_began_has_no_latency():
    assert the_call(CHAT, endTimeUnixNano="5").call.latency_ms is None
