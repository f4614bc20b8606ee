"""The official OpenAI client, billed, against its wire format."""

import contextvars
from datetime import timedelta
from typing import Any

import pytest
from openai import AuthenticationError, InternalServerError, OpenAI
from sqlalchemy import select

from billing_core.adapters.database.schema.books import hold
from billing_core.bootstrap import application
from billing_core.domain.errors import InsufficientFunds, InvalidInput
from billing_core.sdk import use
from billing_core.sdk.backend import HOLD_LIFETIME
from billing_core.sdk.clients import billed_openai
from billing_core.sdk.clients.model_use import recorder
from billing_core.sdk.context import MissingOrganization
from billing_core.sdk.in_process import InProcess
from billing_core.services.charging.lanes import LIFETIME
from tests.sdk.clients.conftest import Spent, dollars
from tests.sdk.clients.model_server import CHAT_USAGE, ModelServer
from tests.sdk.recorded import only, recorded

MESSAGES: Any = [{"role": "user", "content": "Hello there"}]


def test_a_chat_is_charged_for_the_tokens_of_its_answer(openai: OpenAI, spent: Spent) -> None:
    answer = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=100)
    assert answer.choices[0].message.content == '{"a": 1}'
    event = only()
    assert (event["provider"], event["model"], event["service_tier"]) == ("openai", "gpt-4o-2024-08-06", "default")
    assert (event["input_tokens"], event["cache_read_tokens"], event["output_tokens"]) == (30, 10, 12)
    assert (event["units"], event["is_error"], event["latency_ms"] >= 0) == (1, False, True)
    assert event["properties"]["usage"]["total_tokens"] == 42
    assert spent() == dollars("0.044")


def test_responses_and_embeddings_are_charged_too(openai: OpenAI, spent: Spent) -> None:
    openai.responses.create(model="gpt-5", input="Hello", max_output_tokens=200)
    openai.embeddings.create(model="text-embedding-3-small", input="Hello")
    response, embedding = recorded()
    assert (response["input_tokens"], response["output_tokens"], response["reasoning_tokens"]) == (36, 87, 64)
    assert (embedding["model"], embedding["input_tokens"]) == ("text-embedding-3-small", 8)
    assert spent() == dollars("0.036") + dollars("0.174") + dollars("0.008")


def test_what_a_limited_call_may_take_at_most_is_set_aside_while_it_runs(
    openai: OpenAI, server: ModelServer, spent: Spent
) -> None:
    held: list[Any] = []
    server.meanwhile = lambda: held.append(spent())
    openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_completion_tokens=1_000, n=2)
    assert dollars("4") < held[0] < dollars("4.1")
    assert spent() == dollars("0.044")


def test_only_a_call_that_says_its_maximum_is_reserved_for_as_long_as_it_may_run(
    openai: OpenAI, server: ModelServer, buyer: str
) -> None:
    lifetimes: list[timedelta] = []

    def look() -> None:
        with application().database.read() as connection:
            (row,) = connection.execute(
                select(hold.c.created_at, hold.c.expires_at).order_by(hold.c.id.desc()).limit(1)
            )
        lifetimes.append(row.expires_at - row.created_at)

    server.meanwhile = look
    openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=10)
    openai.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert lifetimes == [HOLD_LIFETIME, LIFETIME]


def test_a_call_that_cannot_be_paid_never_reaches_the_provider(
    openai: OpenAI, server: ModelServer, spent: Spent
) -> None:
    with pytest.raises(InsufficientFunds):
        openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=5_001)
    assert (server.requests, recorded(), spent()) == ([], [], 0)


def test_a_stream_is_charged_for_the_usage_told_in_a_piece_that_its_reader_did_not_ask_for(
    openai: OpenAI, server: ModelServer, spent: Spent
) -> None:
    chunks = list(openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))
    assert server.requests[-1]["stream_options"] == {"include_usage": True}
    assert [len(chunk.choices) for chunk in chunks] == [1] * 11
    assert (only()["input_tokens"], only()["output_tokens"], spent()) == (30, 12, dollars("0.054"))
    assert "is_partial" not in only()["properties"]


@pytest.mark.parametrize("extra", [False, True])
def test_a_reader_who_asked_for_usage_gets_it(openai: OpenAI, spent: Spent, extra: bool) -> None:
    asked: Any = {"stream_options": {"include_usage": True}}
    chunks = list(
        openai.chat.completions.create(
            model="gpt-4o", messages=MESSAGES, stream=True, **({"extra_body": asked} if extra else asked)
        )
    )
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == CHAT_USAGE["total_tokens"]
    assert spent() == dollars("0.054")


def test_a_reader_who_declined_usage_does_not_get_it_and_keeps_the_other_choices(
    openai: OpenAI, server: ModelServer, spent: Spent
) -> None:
    declined = {"stream_options": {"include_usage": False, "include_obfuscation": False}}
    stream = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, extra_body=declined)
    assert all(chunk.usage is None for chunk in stream)
    assert server.requests[-1]["stream_options"] == {"include_usage": True, "include_obfuscation": False}
    assert spent() == dollars("0.054")


def test_a_server_that_does_not_know_the_question_is_not_asked(server: ModelServer, spent: Spent) -> None:
    client = billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature="chat", asks_for_usage=False)
    assert len(list(client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))) == 11
    assert "stream_options" not in server.requests[-1]
    assert only()["output_tokens"] == 40
    assert only()["properties"] == {"is_partial": True, "tokens_are_estimated": True}


def test_a_streamed_response_is_charged(openai: OpenAI, spent: Spent) -> None:
    events = list(openai.responses.create(model="gpt-5", input="Hello", stream=True))
    assert events[-1].type == "response.completed"
    assert (only()["input_tokens"], only()["output_tokens"]) == (36, 87)
    assert spent() == dollars("0.210")


def test_helpers_that_parse_and_stream_are_billed_like_the_calls_under_them(openai: OpenAI, spent: Spent) -> None:
    openai.chat.completions.parse(model="gpt-4o", messages=MESSAGES)
    with openai.chat.completions.stream(model="gpt-4o", messages=MESSAGES) as chat:
        assert chat.get_final_completion().choices[0].message.content
    with openai.responses.stream(model="gpt-5", input="Hello") as response:
        assert response.get_final_response().output_text == "Hello"
    assert [event["output_tokens"] for event in recorded()] == [12, 12, 87]


def test_copies_of_a_billed_client_are_billed_and_of_its_kind(openai: OpenAI, spent: Spent) -> None:
    copy = openai.with_options(timeout=3).copy(max_retries=1)
    assert isinstance(copy, OpenAI)
    copy.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert spent() == dollars("0.044")


def test_a_client_that_is_billed_already_is_billed_once(openai: OpenAI, spent: Spent) -> None:
    billed_openai(openai, feature="chat").chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert (len(recorded()), spent()) == (1, dollars("0.044"))


def test_the_client_that_was_given_stays_as_it_is(server: ModelServer, spent: Spent) -> None:
    plain = OpenAI(api_key="sk", http_client=server.client())
    plain.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    billed_openai(plain, feature="chat").chat.completions.create(model="gpt-4o", messages=MESSAGES)
    plain.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert (len(server.requests), len(recorded())) == (3, 1)


def test_a_call_that_fails_costs_nothing_and_is_on_record(openai: OpenAI, server: ModelServer, spent: Spent) -> None:
    server.failures = [401]
    with pytest.raises(AuthenticationError):
        openai.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=1_000)
    event = only()
    assert (event["is_error"], event["input_tokens"], event["output_tokens"]) == (True, 0, 0)
    assert event["properties"] is None
    assert spent() == 0


def test_retries_of_the_client_are_one_use(openai: OpenAI, server: ModelServer, spent: Spent) -> None:
    server.failures = [500, 429]
    openai.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    server.failures = [500, 500, 500]
    with pytest.raises(InternalServerError):
        openai.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert [event["is_error"] for event in recorded()] == [False, True]
    assert spent() == dollars("0.044")


def test_each_path_may_be_a_feature_of_its_own_and_others_are_not_billed(server: ModelServer, buyer: str) -> None:
    client = billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature={"/chat/completions": "chat"})
    client.embeddings.create(model="text-embedding-3-small", input="Hello")
    client.models.list()
    client.moderations.create(input="Hello")
    assert recorded() == []
    client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert only()["feature"] == "chat"


def test_the_organization_of_the_client_pays_outside_of_any_context(server: ModelServer, buyer: str) -> None:
    client = billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature="chat", organization_id=buyer)
    unbound = billed_openai(client, feature="chat")
    _without_context(lambda: client.chat.completions.create(model="gpt-4o", messages=MESSAGES))
    assert only()["organization_id"] == buyer
    with pytest.raises(MissingOrganization):
        _without_context(lambda: unbound.embeddings.create(model="m", input="Hello"))


def test_without_enforcement_nothing_is_refused_and_all_is_recorded(
    server: ModelServer, spent: Spent, buyer: str
) -> None:
    client = billed_openai(OpenAI(api_key="sk", http_client=server.client()), feature="chat", is_enforcing=False)
    client.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=1_000_000)
    list(client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))
    assert recorder.flush(30)
    assert [event["output_tokens"] for event in recorded()] == [12, 12]
    assert spent() == dollars("0.098")


def test_an_answer_reaches_its_caller_although_billing_breaks_and_is_charged_later(
    openai: OpenAI, server: ModelServer, spent: Spent, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(InProcess):
        def finish(self, admitted: Any, used: Any = None) -> Any:
            raise ConnectionError("the database is away")

    use(Breaking())
    answer = openai.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert answer.usage is not None
    assert recorder.flush(30)
    assert (only()["output_tokens"], only()["model"]) == (12, "gpt-4o-2024-08-06")
    assert "could not be charged; it is tried again" in caplog.text


def test_other_addresses_are_other_providers(server: ModelServer, buyer: str) -> None:
    plain = OpenAI(api_key="sk", base_url="https://api.groq.com/openai/v1", http_client=server.client())
    assert plain.base_url.host == "api.groq.com"
    billed_openai(plain, feature={"/embeddings": "chat"}).embeddings.create(model="m", input="Hello")
    billed_openai(plain, feature="chat", provider="Azure").embeddings.create(model="m", input="Hello")
    assert [event["provider"] for event in recorded()] == ["groq", "azure"]


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(InvalidInput, match="str is no client"):
        billed_openai("sk-123", feature="chat")


def _without_context(call: Any) -> None:
    contextvars.Context().run(call)
