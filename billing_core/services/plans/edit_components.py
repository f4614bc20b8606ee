"""Add, change and remove what a plan grants and charges for: its features, each with a price and an allowance."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from billing_core.domain.catalog import Feature, VersionRecord
from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.identity import Actor
from billing_core.domain.plan_document import terms_from_document, terms_to_document
from billing_core.domain.plans import Beyond, PlanTerms
from billing_core.services.plans.change_terms import change_terms
from billing_core.services.plans.ports import PlanReader, PlanUnit


def add_component(
    uow: PlanUnit,
    plan_code: str,
    feature_code: str,
    component: Mapping[str, Any],
    *,
    is_published: bool,
    actor: Actor,
    now: datetime,
) -> VersionRecord:
    """Let a plan grant one more feature, as the document says.

    The document is that of a feature of a plan, where the allowance may be one of its own as a mapping; without
    `beyond` the feature stops where it has no price, and draws from credits where it has one. NotFound for an unknown
    plan or feature, Conflict when the plan grants the feature, InvalidInput naming the field; else as `change_terms`.
    """
    feature = _feature(uow, feature_code)

    def added(terms: PlanTerms) -> PlanTerms:
        _check_new(terms, feature)
        return terms_with(terms, feature, component)

    return change_terms(uow, plan_code, added, is_published=is_published, actor=actor, now=now)


def change_component(
    uow: PlanUnit,
    plan_code: str,
    feature_code: str,
    component: Mapping[str, Any],
    *,
    is_published: bool,
    actor: Actor,
    now: datetime,
) -> VersionRecord:
    """Change what the document says of a feature that the plan grants; NotFound when it does not, else as above."""

    def changed(terms: PlanTerms) -> PlanTerms:
        check_granted(terms, feature_code)
        return terms_with(terms, _feature(uow, feature_code), component)

    return change_terms(uow, plan_code, changed, is_published=is_published, actor=actor, now=now)


def remove_component(
    uow: PlanUnit, plan_code: str, feature_code: str, *, is_published: bool, actor: Actor, now: datetime
) -> VersionRecord:
    """Let the plan no longer grant a feature, nor an allowance of its own; NotFound when it does not."""

    def removed(terms: PlanTerms) -> PlanTerms:
        check_granted(terms, feature_code)
        document = terms_to_document(terms)
        del document["features"][feature_code]
        _drop_own_allowance(document, feature_code)
        return terms_from_document(document)

    return change_terms(uow, plan_code, removed, is_published=is_published, actor=actor, now=now)


def terms_of(
    uow: PlanReader, document: Mapping[str, Any], components: Sequence[tuple[str, Mapping[str, Any]]]
) -> PlanTerms:
    """The terms of a plan's document with components by feature; errors as those of `add_component`."""
    discounts = document.get("discounts", {})  # which may be for some of the components
    terms = terms_from_document({**document, "features": {}, "discounts": {}})
    for code, component in components:
        _check_new(terms, _feature(uow, code))
        terms = terms_with(terms, _feature(uow, code), component)
    return document_applied({"discounts": discounts})(terms)


def document_applied(changes: Mapping[str, Any]) -> Callable[[PlanTerms], PlanTerms]:
    """What changes terms so that these fields of their document are as given."""
    return lambda terms: terms_from_document({**terms_to_document(terms), **changes})


def terms_with(terms: PlanTerms, feature: Feature, component: Mapping[str, Any]) -> PlanTerms:
    """The terms with what a component's document says of a feature; InvalidInput naming the field."""
    document = terms_to_document(terms)
    granted: dict[str, Any] = {**document["features"].get(feature.code, {}), **component}
    if isinstance(granted.get("allowance"), Mapping):
        usual = {"name": feature.name, "aggregation": feature.aggregation}
        document["allowances"][feature.code] = usual | granted["allowance"]
        granted["allowance"] = feature.code
    if granted.get("beyond") is None:
        granted["beyond"] = Beyond.STOP if granted.get("price") is None else Beyond.CREDITS
    document["features"][feature.code] = granted
    _drop_own_allowance(document, feature.code)
    return terms_from_document(document)


def check_granted(terms: PlanTerms, feature_code: str) -> None:
    """NotFound, with what was perhaps meant, unless the plan grants the feature."""
    if feature_code not in terms.features:
        meant = did_you_mean(feature_code, terms.features)
        raise NotFound(f"The plan has no component {feature_code!r}.{meant}", field="feature")


def _check_new(terms: PlanTerms, feature: Feature) -> None:
    if feature.code in terms.features:
        raise Conflict(f"The plan has {feature.name} already; change that.", field="feature")


def _drop_own_allowance(document: dict[str, Any], feature_code: str) -> None:
    """An allowance by the name of its only feature goes with it."""
    if all(item.get("allowance") != feature_code for item in document["features"].values()):
        document["allowances"].pop(feature_code, None)


def _feature(uow: PlanReader, code: str) -> Feature:
    known = {feature.code: feature for feature in uow.catalog.features()}
    if code not in known:
        raise NotFound(f"There is no feature {code!r}.{did_you_mean(code, known)}", field="feature")
    return known[code]
