"""A route for what is asked thousands of times a second: its function reads the request by itself."""

from fastapi.routing import APIRoute

from billing_core.api.conventions.route import Handler, Route


class _Direct(APIRoute):
    def get_route_handler(self) -> Handler:
        return self.endpoint


class DirectRoute(Route, _Direct):
    """As `Route`, for an async function of the request alone that returns its response.

    FastAPI's way of finding out arguments takes longer than a charge. So nothing is found out for the function, not
    even who calls; what it reads has to be told in `openapi_extra`.
    """
