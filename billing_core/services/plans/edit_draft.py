"""Edit the next version of a plan: a draft that is saved on every change and touches no customer."""

from dataclasses import replace
from datetime import datetime, timedelta

from billing_core.domain.catalog import VersionRecord
from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.ids import new_id
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import PlanTerms, PlanVersion
from billing_core.services.plans.ports import PlanReader, PlanStore

SOURCE = "console"
_MICROSECOND = timedelta(microseconds=1)


def open_draft(uow: PlanReader, plan_code: str, now: datetime) -> VersionRecord:
    """The draft of a plan; when there is none, a new one with the terms of the newest published version."""
    draft = uow.catalog.draft(uow.catalog.plan(plan_code).code)
    return draft or _begin(uow.catalog, plan_code, newest_published(uow.catalog, plan_code).version.terms, now)


def edit_draft(
    uow: PlanReader, plan_code: str, terms: PlanTerms, *, seen_changed_at: datetime | None, now: datetime
) -> VersionRecord:
    """Save `terms` as the draft of a plan and return it.

    `seen_changed_at` is the `changed_at` of the draft the editor was looking at, None when there was no draft; Conflict
    when that is no longer the case. NotFound for an unknown plan or feature, InvalidInput naming the field for terms
    that cannot be.
    """
    plan = uow.catalog.plan(plan_code)
    check_terms(uow.catalog, plan_code, terms)
    draft = uow.catalog.draft(plan_code)
    if (draft and draft.changed_at) != seen_changed_at:
        raise Conflict(f"The draft of {plan.name} was changed in the meantime; look at it again.", field="draft")
    if draft is None:
        return _begin(uow.catalog, plan_code, terms, now)
    if draft.version.terms == terms:
        return draft
    changed = replace(
        draft, version=replace(draft.version, terms=terms), changed_at=max(now, draft.changed_at + _MICROSECOND)
    )
    uow.catalog.change_draft(changed, draft.changed_at)
    return changed


def newest_published(store: PlanStore, plan_code: str) -> VersionRecord:
    """The published version that takes effect last; NotFound when there is none."""
    published = [record for record in store.version_records(plan_code) if record.effective_from is not None]
    if not published:
        raise NotFound(f"The plan {plan_code!r} has no published version.", field="plan")
    return max(published, key=lambda record: (record.effective_from or record.created_at, record.version.number))


def check_terms(store: PlanStore, plan_code: str, terms: PlanTerms) -> None:
    """Terms that can be published: sound in themselves, in the plan's currency, and granting only known features."""
    currency = newest_published(store, plan_code).version.terms.currency
    if terms.currency != currency:
        raise InvalidInput(f"The plan is sold in {currency}; it cannot become {terms.currency}.", field="currency")
    check_features(store, terms)


def check_features(store: PlanStore, terms: PlanTerms) -> None:
    """Terms that are sound in themselves and grant only known features, each counted as its allowance adds up."""
    terms_from_document(terms_to_document(terms))
    known = {feature.code: feature for feature in store.features()}
    for code, feature in terms.features.items():
        if code not in known:
            raise NotFound(f"There is no feature {code!r}.{did_you_mean(code, known)}", field=f"features.{code}")
        allowance = terms.allowances.get(feature.allowance or "")
        if allowance is not None and allowance.aggregation != known[code].aggregation:
            raise InvalidInput(
                f"{allowance.name} adds up by {allowance.aggregation}; "
                f"{known[code].name} is counted by {known[code].aggregation}.",
                field=f"features.{code}.allowance",
            )


def _begin(store: PlanStore, plan_code: str, terms: PlanTerms, now: datetime) -> VersionRecord:
    number = max((record.version.number for record in store.version_records(plan_code)), default=0) + 1
    draft = VersionRecord(
        version=PlanVersion(new_id("plv", now), plan_code, number, terms),
        status="draft",
        source=SOURCE,
        effective_from=None,
        created_at=now,
        changed_at=now,
        published_at=None,
        published_by=None,
    )
    store.add_versions([draft])
    return draft
