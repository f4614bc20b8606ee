"""Create a plan with its first version, which is sold at once."""

import re
import unicodedata
from datetime import datetime

from billing_core.domain.catalog import Plan, VersionRecord
from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.ids import new_id
from billing_core.domain.plans import PlanTerms, PlanVersion
from billing_core.services.audit.record_change import record_change
from billing_core.services.plans.edit_draft import check_features
from billing_core.services.plans.ports import PlanUnit

SOURCE = "api"


def create_plan(
    uow: PlanUnit,
    *,
    name: str,
    terms: PlanTerms,
    description: str = "",
    code: str | None = None,
    actor: Actor,
    now: datetime,
) -> VersionRecord:
    """The first version of a new plan, published; without a `code` one is made of the name.

    Conflict when there is a plan of that code, NotFound for an unknown feature, InvalidInput naming the field.
    """
    plan_code = code_of(name) if code is None else code
    plans = uow.catalog.plans()
    if any(plan.code == plan_code for plan in plans):
        raise Conflict(
            f"There is already a plan {plan_code!r}; choose another {'name' if code is None else 'code'}.",
            field="name" if code is None else "code",
        )
    check_features(uow.catalog, terms)
    plan = Plan(
        code=plan_code,
        name=checked_name(name),
        description=description,
        position=1 + max((plan.position for plan in plans), default=0),
        is_active=True,
    )
    record = VersionRecord(
        version=PlanVersion(new_id("plv", now), plan_code, 1, terms),
        status="published",
        source=SOURCE,
        effective_from=now,
        created_at=now,
        changed_at=now,
        published_at=now,
        published_by=actor.name,
    )
    uow.catalog.save_plans([plan], now)
    uow.catalog.add_versions([record])
    record_change(
        uow,
        actor,
        "plan.created",
        ("plan", plan_code),
        now=now,
        after={"name": plan.name, "price_month": str(terms.price_month), "features": sorted(terms.features)},
    )
    return record


def code_of(name: str) -> str:
    """A code such as `basic-plan` for a name such as Basic Plan; InvalidInput when no letter of it can be used."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    code = "-".join(re.findall(r"[a-z0-9]+", plain))
    if not code:
        raise InvalidInput(f"No code can be made of the name {name!r}; give one, such as basic-plan.", field="code")
    return code
