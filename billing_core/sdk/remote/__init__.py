"""Billing on a server: the same values and errors as in process, over HTTP."""

from billing_core.sdk.remote.figures import RemoteFigures
from billing_core.sdk.remote.funds import RemoteFunds
from billing_core.sdk.remote.questions import RemoteQuestions
from billing_core.sdk.remote.uses import RemoteUses


class RemoteBackend(RemoteQuestions, RemoteUses, RemoteFunds, RemoteFigures):
    """`Backend` on the server at `url`, for what the key is allowed to; ProviderFailure when it cannot be reached."""


__all__ = ["RemoteBackend"]
