"""Finds the provider and the model that a reported name means.

A clause is plain data in the notation of genai-prices: `equals`, `starts_with`, `ends_with`, `contains` or `regex` with
a text, `or` and `and` with a list of clauses.
"""

import re
from collections.abc import Mapping
from typing import Any

from billing_core.domain.errors import InvalidInput

# Names that SDKs, OpenTelemetry and people use for the providers of the price list.
PROVIDERS = {
    "amazon": "aws",
    "amazon.bedrock": "aws",
    "aws.bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_openai": "azure",
    "bedrock": "aws",
    "claude": "anthropic",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "google_genai": "google",
    "grok": "x-ai",
    "microsoft": "azure",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "vertex": "google",
    "vertex_ai": "google",
    "vertexai": "google",
    "x_ai": "x-ai",
    "xai": "x-ai",
}
# Who sells whose models at the maker's price, in the order they are looked up.
RESOLD = {
    "azure": ("openai", "anthropic", "deepseek", "x-ai", "moonshotai"),
    "google": ("anthropic",),
}
_COMPACT_DATE = re.compile(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")


def provider_name(name: str) -> str:
    """The name a provider has in the price list: `OpenAI` is `openai`, `gcp.gemini` is `google`."""
    plain = name.strip().lower().replace(" ", "_")
    return PROVIDERS.get(plain, plain)


def sellers_of(name: str) -> tuple[str, ...]:
    """Whose prices hold for what a provider sells: its own, then those of the makers it resells."""
    provider = provider_name(name)
    return provider, *RESOLD.get(provider, ())


def matches(clause: Mapping[str, Any], name: str) -> bool:
    """Whether a model name satisfies a clause, whatever its case; InvalidInput for a clause of unknown kind."""
    ((kind, value),) = clause.items()
    name = name.lower()
    match kind:
        case "equals":
            return name == value.lower()
        case "starts_with":
            return name.startswith(value.lower())
        case "ends_with":
            return name.endswith(value.lower())
        case "contains":
            return value.lower() in name
        case "regex":
            return re.search(value, name) is not None
        case "or":
            return any(matches(part, name) for part in value)
        case "and":
            return all(matches(part, name) for part in value)
        case _:
            raise InvalidInput(f"{kind!r} is not a kind of clause.", field="match")


def find_model(name: str, clauses: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The model whose clause a name satisfies, first as it is, then with a compact date (20251211) spread by dashes."""
    spread = _COMPACT_DATE.sub(r"-\1-\2-\3", name)
    for candidate in dict.fromkeys((name, spread)):
        for model, clause in clauses.items():
            if matches(clause, candidate):
                return model
    return None
