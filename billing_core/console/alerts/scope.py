"""Whose alerts and which kinds a person sees, and whose rules they may change here."""

from billing_core.console.formatting import count
from billing_core.console.queries.alerts import AlertAnswers
from billing_core.domain.alerts import AlertKind
from billing_core.domain.identity import Permission, Scope, Viewer


def kinds_for(viewer: Viewer) -> tuple[AlertKind, ...]:
    """All kinds, but provider costs only for those who may see them."""
    sees_cost = Permission.READ_PROVIDER_COST in viewer.permissions
    return tuple(kind for kind in AlertKind if sees_cost or kind is not AlertKind.COST_ABOVE)


def narrowed(viewer: Viewer, organization_id: str | None) -> Scope:
    """Where the person may change rules: everywhere for who runs the product, else the chosen organization."""
    scope = viewer.scope_of(Permission.EDIT_ALERT_RULES)
    if scope.organization_ids is None or organization_id is None:
        return scope
    return Scope(scope.organization_ids & {organization_id})


def alerts_caption(answers: AlertAnswers, organization_id: str | None) -> str:
    """`Northwind AI · 3 open, 12 acknowledged`."""
    whose = "All organizations" if organization_id is None else answers.organizations[organization_id].name
    return f"{whose} · {count(answers.counts[False])} open, {count(answers.counts[True])} acknowledged"
