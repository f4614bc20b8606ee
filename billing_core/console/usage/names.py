"""What the screens call the dimensions of usage and their values."""

from collections.abc import Iterable, Mapping
from typing import Final

from billing_core.services.reporting.usage_filter import Dimension

_PROVIDERS: Final = {
    "anthropic": "Anthropic",
    "aws": "Amazon",
    "azure": "Azure",
    "cohere": "Cohere",
    "deepseek": "DeepSeek",
    "google": "Google",
    "groq": "Groq",
    "mistral": "Mistral",
    "openai": "OpenAI",
    "perplexity": "Perplexity",
    "self-hosted": "Self-hosted",
    "self_hosted": "Self-hosted",
    "together": "Together",
    "x-ai": "xAI",
}
_MISSING: Mapping[Dimension, str] = {
    "department": "No department",
    "member": "No member",
    "provider": "No provider",
    "model": "No model",
}
TITLES: Mapping[Dimension, str] = {
    "organization": "Customer",
    "department": "Department",
    "member": "Member",
    "feature": "Feature",
    "provider": "Provider",
    "model": "Model",
}


def provider_label(name: str | None) -> str:
    """A provider as people write it: `openai` is OpenAI; one that is not known keeps its own name."""
    return _MISSING["provider"] if name is None else _PROVIDERS.get(name.lower(), name)


def value_label(dimension: Dimension, key: str | None, label: str) -> str:
    """What a value of a dimension is called on screen; `label` is what the report calls it."""
    if dimension == "provider":
        return provider_label(key)
    return _MISSING.get(dimension, label) if key is None else label


def distinct_labels(named: Iterable[tuple[str | None, str]]) -> dict[str | None, str]:
    """A label of its own for each key: where two are called alike, the end of their keys tells them apart."""
    listed = dict(named)
    seen: dict[str, int] = {}
    for label in listed.values():
        seen[label] = seen.get(label, 0) + 1
    return {key: f"{label} ({(key or '')[-4:]})" if seen[label] > 1 else label for key, label in listed.items()}
