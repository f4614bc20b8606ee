"""plans.yml: plans, and their dated versions from the oldest to the newest."""

from billing_core.domain.catalog import Plan
from billing_core.domain.document_reader import DocumentReader
from billing_core.domain.plan_document import TERMS_KEYS, read_terms
from billing_core.services.catalog.catalog_entries import PlanEntry, VersionEntry

_KEYS = ("code", "name", "description", "active", "versions")
_VERSION_KEYS = ("effective_from", *TERMS_KEYS)


def read_plans(reader: DocumentReader) -> list[PlanEntry]:
    """The sound plans in the order they are shown; what is wrong with the others stays among the reader's problems."""
    found: dict[str, PlanEntry] = {}
    for position, item in enumerate(reader.children("plans", _KEYS), start=1):
        plan = Plan(
            code=item.text("code"),
            name=item.text("name"),
            description=item.text("description"),
            position=position,
            is_active=item.flag("active", default=True),
        )
        versions = _versions(item)
        if plan.code in found:
            item.problem("code", f"{plan.code!r} is already at {found[plan.code].path}.")
        elif item.is_sound:
            found[plan.code] = PlanEntry(item.path, plan, versions)
    return list(found.values())


def _versions(plan: DocumentReader) -> list[VersionEntry]:
    found: list[VersionEntry] = []
    for item in plan.children("versions", _VERSION_KEYS):
        effective_from = item.instant("effective_from")
        terms = read_terms(item)
        if found and effective_from <= found[-1].effective_from:
            item.problem("effective_from", "must be later than that of the version before it.")
        if terms is not None:
            found.append(VersionEntry(item.path, effective_from, terms))
    return found
