"""From tariffs as they are sent to the plan's document, and from versions of plans to tariffs as they are shown."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from billing_core.api.routers.plans import allowances_shown, discounts_shown, features_granted
from billing_core.api.routers.tariff_shapes import Component, Tariff, TariffTerms
from billing_core.domain.catalog import Feature, VersionRecord
from billing_core.domain.document_reader import UNLIMITED
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money
from billing_core.services.plans.list_plans import PlanOverview

_NAMES = {
    "price_per_month": "price_month",
    "price_per_year": "price_year",
    "included_team_members": "seats_included",
    "max_team_members": "seats_max",
    "member_price": "seat_price",
    "trial_days": "trial_days",
    "credits_per_month": "credits_per_month",
    "credit_value": "credit_value",
    "rollover_credits_max": "rollover_max",
    "late_usage": "late_usage",
    "late_usage_days": "late_usage_days",
    "discounts": "discounts",
}
_SENT = {name: sent for sent, name in _NAMES.items() if name != sent}
_RENAMED = re.compile(rf"\b({'|'.join(_SENT)})\b")


def terms_document(sent: TariffTerms, *, is_whole: bool) -> dict[str, Any]:
    """The plan's document of what was sent; with `is_whole` also of what was left out, at its usual value."""
    values = sent.model_dump(include=set(_NAMES), exclude_unset=not is_whole)
    document = {_NAMES[name]: value for name, value in values.items()}
    if is_whole and sent.member_price is None and "max_team_members" not in sent.model_fields_set:
        document["seats_max"] = sent.included_team_members
    if "seats_max" in document and document["seats_max"] is None:
        document["seats_max"] = UNLIMITED
    return document


@contextmanager
def fields_as_sent() -> Generator[None]:
    """Let an error about terms speak of their fields by the names they are sent under."""
    try:
        yield
    except InvalidInput as error:
        error.message = _RENAMED.sub(lambda found: _SENT[found[0]], error.message)
        error.field = _SENT.get(error.field or "", error.field)
        raise


def tariff_shown(overview: PlanOverview, record: VersionRecord, features: Mapping[str, Feature]) -> Tariff:
    """The tariff as one of its versions says."""
    plan, terms = overview.plan, record.version.terms
    return Tariff(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        is_active=plan.is_active,
        version=record.version.number,
        status=record.status,
        effective_from=record.effective_from,
        draft_version=overview.draft and overview.draft.version.number,
        subscribers=overview.subscribers,
        currency=terms.currency,
        price_per_month=terms.price_month.decimal_text,
        price_per_year=_text(terms.price_year),
        included_team_members=terms.seats_included,
        max_team_members=terms.seats_max,
        member_price=_text(terms.seat_price),
        trial_days=terms.trial_days,
        credits_per_month=terms.credits_per_month.decimal_text,
        credit_value=terms.credit_value.decimal_text,
        rollover_credits_max=_text(terms.rollover_max),
        late_usage=terms.late_usage,
        late_usage_days=terms.late_usage_days,
        allowances=allowances_shown(terms),
        components=features_granted(terms, features),
        discounts=discounts_shown(terms),
    )


def components_shown(record: VersionRecord, features: Mapping[str, Feature]) -> list[Component]:
    """The components of a version, in its order."""
    version = record.version
    return [
        Component(**dict(granted), tariff=version.plan_code, version=version.number, status=record.status)
        for granted in features_granted(version.terms, features)
    ]


def component_shown(record: VersionRecord, code: str, features: Mapping[str, Feature]) -> Component:
    """One component of a version that has it."""
    return next(item for item in components_shown(record, features) if item.code == code)


def _text(amount: Money | None) -> str | None:
    return None if amount is None else amount.decimal_text
