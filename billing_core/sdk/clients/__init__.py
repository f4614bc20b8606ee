"""The official clients of OpenAI and Anthropic, with every call billed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from billing_core.sdk.backend import HOLD_LIFETIME
from billing_core.sdk.clients.billed_client import billed_client
from billing_core.sdk.clients.model_calls import ModelCalls
from billing_core.sdk.clients.providers import provider_at

Client = TypeVar("Client")
OPENAI_PATHS = ("/chat/completions", "/completions", "/embeddings", "/responses", "/responses/compact")
ANTHROPIC_PATHS = ("/v1/messages", "/v1/complete")


def billed_openai(
    client: Client,
    *,
    feature: str | Mapping[str, str],
    organization_id: str | None = None,
    provider: str | None = None,
    is_enforcing: bool = True,
    asks_for_usage: bool = True,
    lifetime: timedelta = HOLD_LIFETIME,
) -> Client:
    """The OpenAI client given, synchronous or not, with chats, responses, completions and embeddings billed.

    `feature` is the code of one feature for all of them, or of one for each path that is to be billed:
    `{"/chat/completions": "chat", "/embeddings": "embedding"}`. Charged is the organization of the `billing_context`,
    else `organization_id`; without either, MissingOrganization. `provider` is who answers, found by the client's
    address where that is left out.

    A call that says what it may answer at most (`max_tokens` and its newer names) is reserved before and settled after
    for what it used: nothing else can spend what it will need, however long it runs. One that does not say is admitted
    with what is known of it, because there is no maximum to keep, and charged for all it used. Either way one that
    cannot be paid is refused before the provider is asked: LimitReached and its kinds. With `is_enforcing` False
    nothing is asked, and calls are recorded in the background.

    A call that fails costs nothing. A stream is charged for what had arrived when it was stopped or dropped: its usage
    is asked for (`stream_options.include_usage`; leave it out with `asks_for_usage` False, for servers that do not know
    it), the piece that tells it is hidden from readers who did not ask, and where it did not come, tokens are estimated
    and marked so. Not billed are batches, realtime and other web sockets; of a response in the background
    (`background=True`) only the request is known.
    """
    return billed_client(
        client,
        ModelCalls(
            features=_features(feature, OPENAI_PATHS),
            provider=provider or provider_at(str(getattr(client, "base_url", ""))),
            speaks_like="openai",
            organization_id=organization_id,
            is_enforcing=is_enforcing,
            asks_for_usage=asks_for_usage,
            lifetime=lifetime,
        ),
    )


def billed_anthropic(
    client: Client,
    *,
    feature: str | Mapping[str, str],
    organization_id: str | None = None,
    provider: str | None = None,
    is_enforcing: bool = True,
    lifetime: timedelta = HOLD_LIFETIME,
) -> Client:
    """The Anthropic client given, synchronous or not, with its messages billed; all else is as in `billed_openai`.

    Streams tell the tokens of the request at their beginning and those of the answer at their end. Not billed are
    message batches and the counting of tokens.
    """
    return billed_client(
        client,
        ModelCalls(
            features=_features(feature, ANTHROPIC_PATHS),
            provider=provider or provider_at(str(getattr(client, "base_url", ""))),
            speaks_like="anthropic",
            organization_id=organization_id,
            is_enforcing=is_enforcing,
            asks_for_usage=False,
            lifetime=lifetime,
        ),
    )


def _features(feature: str | Mapping[str, str], paths: Sequence[str]) -> Mapping[str, str]:
    return dict.fromkeys(paths, feature) if isinstance(feature, str) else dict(feature)


__all__ = ["billed_anthropic", "billed_openai"]
