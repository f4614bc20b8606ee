"""Who is asked through a client: many providers speak OpenAI's or Anthropic's format."""

from urllib.parse import urlsplit

_HOSTS = {
    "api.anthropic.com": "anthropic",
    "api.cerebras.ai": "cerebras",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.moonshot.ai": "moonshotai",
    "api.openai.com": "openai",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.x.ai": "x-ai",
    "openrouter.ai": "openrouter",
}
_DOMAINS = {
    ".openai.azure.com": "azure",
    ".cognitiveservices.azure.com": "azure",
    ".services.ai.azure.com": "azure",
    ".googleapis.com": "google",
    ".amazonaws.com": "aws",
}


def provider_at(address: str) -> str | None:
    """The provider at an address, by its name in the price list; None for one that is not known."""
    host = urlsplit(address).hostname or ""
    return _HOSTS.get(host) or next((name for domain, name in _DOMAINS.items() if host.endswith(domain)), None)
