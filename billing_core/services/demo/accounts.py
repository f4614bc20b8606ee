"""The people of the demo data who can sign in; their passwords are no secret."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from billing_core.domain.identity import ROLE_LABELS, MemberRole, Role, StaffRole
from billing_core.services.identity.ports import IdentityUnit

PASSWORD = "tollbooth-demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Someone who can sign in: at a customer, or, without an organization, one of those who run the product."""

    name: str
    email: str
    role: Role
    organization: str | None = None

    @property
    def staff_role(self) -> StaffRole | None:
        return self.role if isinstance(self.role, StaffRole) else None


ACCOUNTS = (
    DemoAccount("Dana Ruiz", "dana@tollbooth.demo", StaffRole.ADMIN),
    DemoAccount("Theo Lindqvist", "theo@tollbooth.demo", StaffRole.ANALYST),
    DemoAccount("Priya Raman", "priya@northwind.demo", MemberRole.OWNER, "Northwind AI"),
    DemoAccount("Marco Bianchi", "marco@northwind.demo", MemberRole.MEMBER, "Northwind AI"),
)


class Reader(Protocol):
    """Where views of people come from."""

    def read(self) -> AbstractContextManager[IdentityUnit]: ...


def demo_accounts(reader: Reader) -> list[tuple[str, str, str]]:
    """Role, e-mail address and password of the demo sign-ins; none where the demo data is not loaded."""
    with reader.read() as uow:
        return [
            (ROLE_LABELS[account.role], account.email, PASSWORD)
            for account in ACCOUNTS
            if uow.identity.person_by_email(account.email) is not None
        ]
