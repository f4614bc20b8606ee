"""Whose usage a path asks about: a member, or an organization as a whole."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path
from starlette.concurrency import run_in_threadpool

from billing_core.api.conventions.authentication import Known
from billing_core.api.conventions.house import App
from billing_core.api.conventions.paths import ID_LENGTH_MAX, PRINTABLE
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission, Scope
from billing_core.services.usage.find_user import User, find_user


@dataclass(frozen=True, slots=True)
class UserAsked:
    """A user whose usage the caller may read; `sees_cost` is whether they may know what providers charged for it."""

    user: User
    sees_cost: bool


async def _user_asked(
    application: App,
    caller: Known,
    user_id: Annotated[
        str,
        Path(
            max_length=ID_LENGTH_MAX,
            pattern=PRINTABLE,
            description="A member's id; the organization's own stands for all of it.",
            examples=["mem_01jd2k7m6w"],
        ),
    ],
) -> UserAsked:
    user = await run_in_threadpool(_find, application, user_id, caller.sees)
    organization_id = caller.organization(Permission.READ_USAGE, user.organization.id)
    return UserAsked(user, caller.scope_of(Permission.READ_PROVIDER_COST).allows(organization_id))


def _find(application: Application, user_id: str, sees: Scope) -> User:
    with application.read() as uow:
        return find_user(uow, user_id, sees)


UserOfPath = Annotated[UserAsked, Depends(_user_asked)]
