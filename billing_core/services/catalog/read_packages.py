"""packages.yml: credits for sale, each offer dated."""

from billing_core.domain.document_reader import DocumentReader
from billing_core.domain.money import CREDITS
from billing_core.services.catalog.catalog_entries import PackageEntry

VALID_MONTHS_MAX = 120
_KEYS = ("code", "name", "offers")
_OFFER_KEYS = ("effective_from", "credits", "price", "currency", "valid_months", "active")


def read_packages(reader: DocumentReader) -> list[PackageEntry]:
    """The offers of all packages, the oldest of each first."""
    found: list[PackageEntry] = []
    paths: dict[str, str] = {}
    for item in reader.children("packages", _KEYS):
        code, name = item.text("code"), item.text("name")
        if code in paths:
            item.problem("code", f"{code!r} is already at {paths[code]}.")
        paths.setdefault(code, item.path)
        found += _offers(item, code, name)
    return found


def _offers(package: DocumentReader, code: str, name: str) -> list[PackageEntry]:
    found: list[PackageEntry] = []
    for item in package.children("offers", _OFFER_KEYS):
        months = item.whole("valid_months", least=1, most=VALID_MONTHS_MAX) if item.has("valid_months") else None
        entry = PackageEntry(
            path=item.path,
            code=code,
            name=name,
            effective_from=item.instant("effective_from"),
            credits=item.money("credits", CREDITS),
            price=item.money("price", item.currency("currency", "USD")),
            valid_months=months,
            is_active=item.flag("active", default=True),
        )
        if found and entry.effective_from <= found[-1].effective_from:
            item.problem("effective_from", "must be later than that of the offer before it.")
        if item.is_sound and not entry.credits:
            item.problem("credits", "is zero; a package has credits.")
        if item.is_sound and not entry.price:
            item.problem("price", "is zero; give credits away with a grant instead.")
        found.append(entry)
    return found
