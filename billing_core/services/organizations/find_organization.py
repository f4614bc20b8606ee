"""Find an organization by what a person types: its id or its name."""

from billing_core.domain.errors import NotFound
from billing_core.domain.organizations import Organization
from billing_core.services.organizations.ports import OrganizationStore


def find_organization(organizations: OrganizationStore, reference: str) -> Organization:
    """The organization of that name or id; NotFound when there is neither."""
    found = organizations.organization_by_name(reference)
    try:
        return found or organizations.organization(reference)
    except NotFound as error:
        raise NotFound(
            f"There is no organization called {reference!r}; give its name or its id.", field="organization"
        ) from error
