"""Plans are created sold, presented anew, archived by hand for good; two who change one at once do not both."""

from datetime import timedelta
from typing import Any

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.catalog import VersionRecord
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.plans import PlanTerms
from billing_core.services.catalog.load_catalog import load_catalog
from billing_core.services.plans.change_plan import change_plan
from billing_core.services.plans.change_terms import change_terms
from billing_core.services.plans.create_plan import code_of, create_plan
from billing_core.services.plans.edit_components import document_applied
from tests.catalog_house import DANA, NOW, a_unit, small_files, some_terms


@pytest.fixture
def uow() -> UnitOfWork:
    unit = a_unit()
    load_catalog(unit, small_files(), NOW - timedelta(days=1))
    return unit


def create(uow: UnitOfWork, name: str = "Basic Plan", terms: PlanTerms | None = None, **more: Any) -> VersionRecord:
    return create_plan(uow, name=name, terms=terms or some_terms(), actor=DANA, now=NOW, **more)


def test_a_created_plan_is_sold_at_once_after_all_others(uow: UnitOfWork) -> None:
    created = create(uow)
    assert uow.catalog.version_in_force("basic-plan", NOW) == created.version
    assert [plan.code for plan in uow.catalog.plans()] == ["pro", "basic-plan"]
    assert created.published_by == "Dana Ruiz"


@pytest.mark.parametrize(
    ("name", "code"),
    [("Basic Plan", "basic-plan"), ("  Größe & Mehr  ", "grosse-mehr"), ("Équipe 2026", "equipe-2026"), ("A/B", "a-b")],
)
def test_a_code_is_made_of_the_letters_of_a_name(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_name_without_plain_letters_needs_a_code(uow: UnitOfWork) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(uow, "日本")
    assert refused.value.field == "code"
    assert create(uow, "日本", code="japan").version.plan_code == "japan"


def test_a_plan_grants_known_features_only(uow: UnitOfWork) -> None:
    terms = some_terms(features={"fax": {"allowance": "calls", "beyond": "stop"}})
    with pytest.raises(NotFound):
        create(uow, terms=terms)


@pytest.mark.parametrize(("code", "field"), [(None, "name"), ("basic-plan", "code")])
def test_a_code_is_taken_once(uow: UnitOfWork, code: str | None, field: str) -> None:
    create(uow)
    with pytest.raises(Conflict) as refused:
        create(uow, "Basic plan", code=code)
    assert refused.value.field == field


def test_who_begins_a_version_that_is_there_already_is_told(uow: UnitOfWork) -> None:
    created = create(uow)
    with pytest.raises(Conflict, match="began a version"):
        uow.catalog.add_versions([created])


def test_a_plan_archived_by_hand_stays_archived_when_the_files_are_loaded(uow: UnitOfWork) -> None:
    change_plan(uow, "pro", is_active=False, actor=DANA, now=NOW)
    assert load_catalog(uow, small_files(), NOW).is_empty
    assert not uow.catalog.plan("pro").is_active
    change_plan(uow, "pro", is_active=True, actor=DANA, now=NOW)
    assert load_catalog(uow, small_files(), NOW).is_empty
    assert uow.catalog.plan("pro").is_active
    actions = [record.action for record in uow.audit.records_of("plan", "pro")]
    assert sorted(actions) == ["plan.archived", "plan.restored"]


def test_what_the_files_say_of_a_plan_is_changed_there(uow: UnitOfWork) -> None:
    with pytest.raises(Conflict, match=r"plans\.yml"):
        change_plan(uow, "pro", description="For everybody.", actor=DANA, now=NOW)
    assert change_plan(uow, "pro", name="Pro", actor=DANA, now=NOW).name == "Pro"


def test_a_change_publishes_no_draft_of_somebody_else(uow: UnitOfWork) -> None:
    cheaper, longer = document_applied({"price_month": "39.00"}), document_applied({"trial_days": 14})
    draft = change_terms(uow, "pro", cheaper, is_published=False, actor=DANA, now=NOW)
    with pytest.raises(Conflict) as refused:
        change_terms(uow, "pro", longer, is_published=True, actor=DANA, now=NOW)
    assert refused.value.field == "publish"
    both = change_terms(uow, "pro", longer, is_published=False, actor=DANA, now=NOW)
    assert (both.version.id, both.version.terms.trial_days) == (draft.version.id, 14)
    assert both.version.terms.price_month.decimal_text == "39.00"


def test_a_change_that_changes_nothing_makes_no_version(uow: UnitOfWork) -> None:
    same = change_terms(uow, "pro", lambda terms: terms, is_published=True, actor=DANA, now=NOW)
    assert (same.version.number, len(uow.catalog.version_records("pro"))) == (1, 1)
