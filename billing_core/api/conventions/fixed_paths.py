"""Find the route of a path that never varies at once, however many routes there are."""

from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class FixedPaths(BaseRoute):
    """Stands before the routes it was made of, which else are tried one after the other; takes no others over."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes: Mapping[tuple[str, str], Route] = {
            (method, route.path): route
            for route in routes
            if isinstance(route, Route) and not route.param_convertors
            for method in route.methods or ()
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the route would itself."""
        route = self._route(scope)
        if route is None:
            return Match.NONE, {}
        match, found = route.matches(scope)
        return match, {**found, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to the route that matched."""
        route = self._route(scope)
        assert route is not None
        await route.handle(scope, receive, send)

    def _route(self, scope: Scope) -> Route | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        return self._routes.get((scope.get("method", ""), path))
