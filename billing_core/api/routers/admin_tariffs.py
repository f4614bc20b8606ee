"""/v1/admin/tariffs: what is sold. A tariff is a plan: each change is a new version, and subscribers keep theirs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from billing_core.api.conventions.authentication import EverywhereWith
from billing_core.api.conventions.caller import Caller
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Code
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import TAGGED
from billing_core.api.routers.tariff_documents import fields_as_sent, tariff_shown, terms_document
from billing_core.api.routers.tariff_shapes import Tariff, TariffChanged, TariffSent
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission
from billing_core.services.catalog.create_feature import create_feature
from billing_core.services.plans.change_plan import change_plan
from billing_core.services.plans.change_terms import change_terms
from billing_core.services.plans.create_plan import create_plan
from billing_core.services.plans.discard_draft import discard_draft
from billing_core.services.plans.edit_components import document_applied, terms_of
from billing_core.services.plans.list_plans import PlanOverview, list_plans, version_of, view_plan
from billing_core.services.plans.publish_draft import draft_of, publish_draft

router = APIRouter(prefix="/v1/admin/tariffs", tags=["Admin: tariffs"], route_class=Route)
EditPlansEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.EDIT_PLANS))]
Publish = Annotated[
    bool, Query(description="Whether the change is sold at once; false keeps it in a draft, to be published later.")
]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="A version of it; else the one in force.")]


@router.get(
    "",
    summary="List tariffs",
    response_model=Page[Tariff],
    responses=TAGGED | error_answers(401, 403, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PLANS))],
)
def tariffs(
    request: Request,
    application: App,
    asked: PageAsked,
    is_active: Annotated[bool | None, Query(description="Only those that are sold, or only archived ones.")] = None,
) -> Response:
    """Every tariff as it is sold now, in the order they are shown. Administrators, analysts and keys of operators."""
    with application.read() as uow:
        found = [item for item in list_plans(uow, application.clock.now()) if is_active in (None, item.plan.is_active)]
        features = {feature.code: feature for feature in uow.catalog.features()}
    return tagged(
        request, asked.page_of_all(found, _place, lambda item: tariff_shown(item, version_of(item), features))
    )


@router.post(
    "",
    summary="Create a tariff",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def create(application: App, caller: EditPlansEverywhere, body: TariffSent) -> Tariff:
    """Create a tariff that is sold at once. Administrators, and keys of operators with the scope manage.

    The first of its team members is in the price, each further one costs `member_price`, up to `max_team_members`.
    """
    now = application.clock.now()
    with fields_as_sent(), application.write() as uow:
        for item in body.components:
            if item.new_feature is not None:
                create_feature(uow, item.new_feature.feature(item.code), actor=caller.actor, now=now)
        document = terms_document(body, is_whole=True) | {"currency": body.currency}
        record = create_plan(
            uow,
            name=body.name,
            description=body.description,
            code=body.code,
            terms=terms_of(uow, document, [(item.code, item.document()) for item in body.components]),
            actor=caller.actor,
            now=now,
        )
    return _shown(application, record.version.plan_code)


@router.get(
    "/{code}",
    summary="Read a tariff",
    response_model=Tariff,
    responses=TAGGED | error_answers(401, 403, 404, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.READ_PLANS))],
)
def tariff(request: Request, application: App, code: Code, version: Version = None) -> Response:
    """A tariff with its components as it is sold now, or as another of its versions says, a draft too."""
    return tagged(request, _shown(application, code, version))


@router.patch("/{code}", summary="Change a tariff", responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429))
def change(
    application: App, caller: EditPlansEverywhere, code: Code, body: TariffChanged, publish: Publish = True
) -> Tariff:
    """Change its name, whether it is sold, or, in a new version, its prices; who has it keeps the version they have.

    409 where somebody is drafting a version: publish or discard that first, or add to it with `publish=false`.
    """
    now = application.clock.now()
    changes = terms_document(body, is_whole=False)
    with fields_as_sent(), application.write() as uow:
        change_plan(
            uow,
            code,
            name=body.name,
            description=body.description,
            is_active=body.is_active,
            actor=caller.actor,
            now=now,
        )
        record = (
            change_terms(uow, code, document_applied(changes), is_published=publish, actor=caller.actor, now=now)
            if changes
            else None
        )
    return _shown(application, code, record and record.version.number)


@router.delete("/{code}", summary="Archive a tariff", responses=error_answers(401, 403, 404, 409, 422, 429))
def archive(application: App, caller: EditPlansEverywhere, code: Code) -> Tariff:
    """Sell it no longer; who has it keeps it. `PATCH` with `is_active` true sells it again."""
    with application.write() as uow:
        change_plan(uow, code, is_active=False, actor=caller.actor, now=application.clock.now())
    return _shown(application, code)


@router.post(
    "/{code}/draft/publish",
    summary="Publish the draft of a tariff",
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def publish_drafted(application: App, caller: EditPlansEverywhere, code: Code) -> Tariff:
    """Sell the version that is being drafted from now on; 409 where there is none."""
    with application.write() as uow:
        seen = draft_of(uow.catalog, code).changed_at
        publish_draft(uow, code, seen_changed_at=seen, actor=caller.actor, now=application.clock.now())
    return _shown(application, code)


@router.delete(
    "/{code}/draft",
    summary="Discard the draft of a tariff",
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def discard_drafted(application: App, caller: EditPlansEverywhere, code: Code) -> Tariff:
    """Forget the version that is being drafted; 409 where there is none."""
    with application.write() as uow:
        seen = draft_of(uow.catalog, code).changed_at
        discard_draft(uow, code, seen_changed_at=seen, actor=caller.actor, now=application.clock.now())
    return _shown(application, code)


def _place(item: PlanOverview) -> tuple[str, ...]:
    return f"{item.plan.position:09d}", item.plan.code


def _shown(application: Application, code: str, version: int | None = None) -> Tariff:
    with application.read() as uow:
        overview = view_plan(uow, code, application.clock.now())
        features = {feature.code: feature for feature in uow.catalog.features()}
    return tariff_shown(overview, version_of(overview, version), features)
