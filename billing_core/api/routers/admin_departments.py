"""/v1/admin/organizations/{organization_id}/departments: parts of an organization that usage is told apart by."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.authentication import Asking
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Id, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Name
from billing_core.domain.identity import Permission
from billing_core.domain.organizations import Department
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.rename_department import rename_department

router = APIRouter(
    prefix="/v1/admin/organizations/{organization_id}/departments", tags=["Admin: members"], route_class=Route
)
ReadMembers = Annotated[Asking, Depends(OrganizationAt(Permission.READ_MEMBERS))]
EditMembers = Annotated[Asking, Depends(OrganizationAt(Permission.EDIT_MEMBERS))]
_DEPARTMENT: dict[str, Any] = {
    "id": "dep_01kafh9v7w3m5n8q2r4s6t0x1y",
    "organization_id": "org_01kafh9v7w3m5n8q2r4s6t0x1y",
    "name": "Marketing",
    "created_at": "2026-11-20T12:00:00Z",
}


class DepartmentSent(BaseModel):
    """A department's name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Marketing"}})

    name: Name


class DepartmentShown(BaseModel):
    """A department."""

    model_config = ConfigDict(json_schema_extra={"example": _DEPARTMENT})

    id: str
    organization_id: str
    name: str
    created_at: datetime


@router.get("", summary="List departments", responses=error_answers(401, 403, 404, 422, 429))
def departments(application: App, asking: ReadMembers, asked: PageAsked) -> Page[DepartmentShown]:
    """The organization's departments, by name."""
    with application.read(asking.organization_id) as uow:
        uow.organizations.organization(asking.organization_id)
        found = uow.organizations.departments(asking.organization_id)
    return asked.page_of_all(found, lambda item: (item.name, item.id), _shown)


@router.post(
    "",
    summary="Create a department",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def create(application: App, asking: EditMembers, body: DepartmentSent) -> DepartmentShown:
    """Make a department. Owners, administrators, and keys with the scope manage."""
    with application.write() as uow:
        made = create_department(
            uow,
            organization_id=asking.organization_id,
            name=body.name,
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
    return _shown(made)


@router.patch(
    "/{department_id}",
    summary="Rename a department",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def rename(application: App, asking: EditMembers, department_id: Id, body: DepartmentSent) -> DepartmentShown:
    """Give a department another name; what was recorded of it stays its own."""
    with application.write() as uow:
        renamed = rename_department(
            uow,
            organization_id=asking.organization_id,
            department_id=department_id,
            name=body.name,
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
    return _shown(renamed)


def _shown(department: Department) -> DepartmentShown:
    return DepartmentShown(
        id=department.id,
        organization_id=department.organization_id,
        name=department.name,
        created_at=department.created_at,
    )
