"""Drafts: saved on every change, published once, and never in the way of what customers agreed to."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import PlanTerms
from billing_core.services.catalog.load_catalog import load_catalog
from billing_core.services.catalog.source_file import InvalidCatalog
from billing_core.services.plans.discard_draft import discard_draft
from billing_core.services.plans.edit_draft import edit_draft, open_draft
from billing_core.services.plans.list_plans import list_plans, view_plan
from billing_core.services.plans.publish_draft import publish_draft
from tests.catalog_house import DANA, NOW, PLANS, a_unit, small_files

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def uow() -> UnitOfWork:
    unit = a_unit()
    load_catalog(unit, small_files(), NOW - timedelta(days=1))
    return unit


def live_terms(uow: UnitOfWork, at: datetime = NOW) -> PlanTerms:
    return uow.catalog.version_in_force("pro", at).terms


def changed_terms(uow: UnitOfWork, **changed: Any) -> PlanTerms:
    return terms_from_document(terms_to_document(live_terms(uow)) | changed)


def a_draft(uow: UnitOfWork, price: str = "59.00") -> VersionRecord:
    return edit_draft(uow, "pro", changed_terms(uow, price_month=price), seen_changed_at=None, now=NOW)


def test_opening_a_draft_copies_the_published_terms_into_the_next_number(uow: UnitOfWork) -> None:
    draft = open_draft(uow, "pro", NOW)
    assert (draft.status, draft.version.number, draft.effective_from) == ("draft", 2, None)
    assert draft.version.terms == live_terms(uow)
    assert open_draft(uow, "pro", LATER) == draft


def test_a_draft_is_saved_again_and_again_under_the_same_number(uow: UnitOfWork) -> None:
    first = a_draft(uow)
    terms = changed_terms(uow, price_month="69.00")
    second = edit_draft(uow, "pro", terms, seen_changed_at=first.changed_at, now=NOW)
    assert second.version.id == first.version.id
    assert second.changed_at > first.changed_at
    assert uow.catalog.draft("pro") == second
    assert second.version.terms.price_month.decimal_text == "69.00"


def test_saving_what_is_saved_already_changes_nothing(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    again = edit_draft(uow, "pro", draft.version.terms, seen_changed_at=draft.changed_at, now=LATER)
    assert again == draft


def test_a_draft_leaves_the_live_version_as_it_is(uow: UnitOfWork) -> None:
    a_draft(uow)
    assert live_terms(uow, LATER).price_month.decimal_text == "49.00"


@pytest.mark.parametrize("seen", [None, NOW - timedelta(seconds=1)])
def test_editing_what_somebody_else_changed_is_a_conflict(uow: UnitOfWork, seen: datetime | None) -> None:
    draft = a_draft(uow)
    with pytest.raises(Conflict, match="changed in the meantime"):
        edit_draft(uow, "pro", changed_terms(uow, price_month="1"), seen_changed_at=seen, now=LATER)
    assert uow.catalog.draft("pro") == draft


def test_a_change_between_looking_and_saving_is_caught_by_the_store(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    with pytest.raises(Conflict, match="changed by someone else"):
        uow.catalog.change_draft(draft, draft.changed_at - timedelta(microseconds=1))


def test_publishing_takes_effect_at_once_and_keeps_the_older_version(uow: UnitOfWork) -> None:
    before = uow.catalog.version_in_force("pro", NOW)
    draft = a_draft(uow)
    published = publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)
    assert (published.status, published.effective_from, published.published_by) == ("published", LATER, "Dana Ruiz")
    assert uow.catalog.version_in_force("pro", LATER).terms.price_month.decimal_text == "59.00"
    assert uow.catalog.version_in_force("pro", LATER - timedelta(microseconds=1)) == before
    assert uow.catalog.plan_version(before.id) == before
    assert uow.catalog.draft("pro") is None


def test_publishing_is_written_into_the_audit_trail_with_its_changes(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)
    (record,) = uow.audit.records_of("plan", "pro")
    assert (record.action, record.actor, record.recorded_at) == ("plan.published", DANA, LATER)
    assert record.before == {"version": 1}
    assert record.after == {"version": 2, "changes": ["Price: Base price: $49.00 / month → $59.00 / month"]}


def test_a_published_version_cannot_be_changed_published_again_or_discarded(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    published = publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)
    with pytest.raises(Conflict):
        uow.catalog.change_draft(published, published.changed_at)
    with pytest.raises(Conflict, match="has no draft"):
        publish_draft(uow, "pro", seen_changed_at=published.changed_at, actor=DANA, now=LATER)
    with pytest.raises(Conflict, match="has no draft"):
        discard_draft(uow, "pro", seen_changed_at=published.changed_at, actor=DANA, now=LATER)


def test_publishing_or_discarding_another_draft_than_was_looked_at_is_a_conflict(uow: UnitOfWork) -> None:
    seen = a_draft(uow)
    terms = changed_terms(uow, price_month="5900.00")
    edit_draft(uow, "pro", terms, seen_changed_at=seen.changed_at, now=LATER)
    with pytest.raises(Conflict, match="changed in the meantime; look at it again"):
        publish_draft(uow, "pro", seen_changed_at=seen.changed_at, actor=DANA, now=LATER)
    with pytest.raises(Conflict, match="changed in the meantime; look at it again"):
        discard_draft(uow, "pro", seen_changed_at=seen.changed_at, actor=DANA, now=LATER)


def test_a_draft_that_says_nothing_new_is_not_published(uow: UnitOfWork) -> None:
    draft = open_draft(uow, "pro", NOW)
    with pytest.raises(InvalidInput, match="the same as version 1"):
        publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)


def test_a_version_that_waits_for_its_day_is_not_published_past(uow: UnitOfWork) -> None:
    version = (
        PLANS[PLANS.index("      - effective_from") :].replace("2026-01-01", "2027-01-01").replace("49.00", "79.00")
    )
    load_catalog(uow, small_files(plans=PLANS + version), NOW)
    draft = a_draft(uow)
    with pytest.raises(Conflict, match="takes effect on 2027-01-01"):
        publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)


def test_discarding_frees_the_draft_but_not_its_number(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    discard_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)
    assert uow.catalog.draft("pro") is None
    assert open_draft(uow, "pro", LATER).version.number == 3
    assert [record.action for record in uow.audit.records_of("plan", "pro")] == ["plan.draft_discarded"]


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"features": {"chta": {"allowance": "calls", "beyond": "stop"}}}, NotFound, "features.chta"),
        ({"currency": "EUR", "features": {}}, InvalidInput, "currency"),
        (
            {"features": {"storage": {"allowance": "calls", "beyond": "stop"}}},
            InvalidInput,
            "features.storage.allowance",
        ),
    ],
)
def test_terms_that_could_not_be_published_are_not_saved(
    uow: UnitOfWork, changed: dict[str, Any], error: type[BillingError], field: str
) -> None:
    with pytest.raises(error) as refused:
        edit_draft(uow, "pro", changed_terms(uow, **changed), seen_changed_at=None, now=NOW)
    assert refused.value.field == field
    assert uow.catalog.draft("pro") is None


def test_an_unknown_plan_is_named_with_the_plans_there_are(uow: UnitOfWork) -> None:
    with pytest.raises(NotFound, match=r"no plan 'por'\. Did you mean pro\? The plans are: pro\."):
        open_draft(uow, "por", NOW)
    with pytest.raises(NotFound):
        view_plan(uow, "por", NOW)


def test_plans_are_listed_with_what_is_live_and_what_is_drafted(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    (overview,) = list_plans(uow, NOW)
    assert overview == view_plan(uow, "pro", NOW)
    assert overview.live is not None
    assert (overview.live.version.number, overview.subscribers) == (1, 0)
    assert overview.draft == draft
    assert [record.version.number for record in overview.versions] == [1, 2]


def test_files_add_the_next_number_after_what_was_published_in_the_console(uow: UnitOfWork) -> None:
    draft = a_draft(uow)
    publish_draft(uow, "pro", seen_changed_at=draft.changed_at, actor=DANA, now=LATER)
    version = PLANS[PLANS.index("      - effective_from") :].replace("2026-01-01", "2026-11-01")
    with pytest.raises(InvalidCatalog, match="must be later than 2026-11-20"):
        load_catalog(uow, small_files(plans=PLANS + version), LATER)
    load_catalog(uow, small_files(plans=PLANS + version.replace("2026-11-01", "2026-12-01")), LATER)
    assert [record.version.number for record in view_plan(uow, "pro", LATER).versions] == [1, 2, 3]
