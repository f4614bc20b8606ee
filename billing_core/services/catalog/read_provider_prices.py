"""provider_prices.yml: what providers charge us, dated; these prices win over imported ones."""

from billing_core.domain.document_reader import DocumentReader
from billing_core.domain.prices import TOKEN_KINDS, TOKENS_PER_MTOK
from billing_core.domain.provider_prices import STANDARD, ProviderPrice, TokenKind
from billing_core.services.catalog.catalog_entries import PriceEntry

SOURCE = "catalogue"
PRECEDENCE = 1
PER = {"token": TOKENS_PER_MTOK, "1M tokens": 1}
_KEYS = ("provider", "model", "prices")
_PRICE_KEYS = ("effective_from", "per", "currency", "service_tier", "input_tokens_over", *TOKEN_KINDS)
_Key = tuple[str, str, str, int, object]


def read_provider_prices(reader: DocumentReader) -> list[PriceEntry]:
    """The dated prices, an entry per date of a model; a price per token becomes the exact one per million."""
    found: list[PriceEntry] = []
    paths: dict[_Key, str] = {}
    for item in reader.children("provider_prices", _KEYS):
        provider, model = item.text("provider"), item.text("model")
        for dated in item.children("prices", _PRICE_KEYS):
            prices = _prices(dated, provider, model)
            for price in prices[:1]:
                key = (provider, model, price.service_tier, price.input_tokens_over, price.effective_from)
                if key in paths:
                    dated.problem("effective_from", f"is the same as at {paths[key]}.")
                paths.setdefault(key, dated.path)
            found.append(PriceEntry(dated.path, prices))
    return found


def _prices(item: DocumentReader, provider: str, model: str) -> list[ProviderPrice]:
    currency = item.currency("currency", "USD")
    factor = PER[item.choice("per", PER)]
    effective_from = item.instant("effective_from")
    tier = item.text("service_tier", STANDARD)
    over = item.whole("input_tokens_over", default=0)
    if not item.has("input") and not item.has("output"):
        item.problem("input", "is missing; give the price of an input token, of an output token, or of both.")
    kinds: tuple[TokenKind, ...] = ("input", "output", "llm", "cache_read", "cache_write", "reasoning")
    return [
        ProviderPrice(
            provider=provider,
            model=model,
            token_kind=kind,
            nanos_per_mtok=item.money(kind, currency).nanos * factor,
            currency=currency,
            effective_from=effective_from,
            source=SOURCE,
            source_version=effective_from.date().isoformat(),
            service_tier=tier,
            input_tokens_over=over,
            precedence=PRECEDENCE,
        )
        for kind in kinds
        if item.has(kind)
    ]
