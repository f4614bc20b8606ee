"""What stands in paths: ids and codes, and the organization that a path lies under."""

from typing import Annotated

from fastapi import Path

from billing_core.api.conventions.authentication import Asking, Known
from billing_core.api.conventions.texts import PRINTABLE
from billing_core.domain.identity import Permission

ID_LENGTH_MAX = 100
CODE_LENGTH_MAX = 200

Id = Annotated[str, Path(max_length=ID_LENGTH_MAX, pattern=PRINTABLE, description="Its id.")]
Named = Annotated[str, Path(max_length=CODE_LENGTH_MAX, pattern=PRINTABLE, description="Code of the feature.")]
Code = Annotated[str, Path(max_length=CODE_LENGTH_MAX, pattern=PRINTABLE, description="Its code.")]


class OrganizationAt:
    """A dependency: the organization in the path, with a permission for it; foreign ones are not there."""

    def __init__(self, permission: Permission) -> None:
        self._permission = permission

    async def __call__(
        self,
        caller: Known,
        organization_id: Annotated[
            str, Path(max_length=ID_LENGTH_MAX, pattern=PRINTABLE, description="The organization's id.")
        ],
    ) -> Asking:
        return Asking(caller, caller.organization(self._permission, organization_id))
