"""Whether a request comes from our own pages, and where a browser may be sent after it."""

from urllib.parse import unquote

from starlette.requests import Request

PATH_LENGTH_MAX = 2_000
_NEVER_NEXT = ("/login", "/logout")


def is_own_request(request: Request) -> bool:
    """False for a request that a page of another site made the browser send.

    Browsers say where a request comes from by Sec-Fetch-Site on secure origins and localhost, and by Origin with
    every POST; what sends neither is no browser, and carries no cookie that it was not given.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


def same_site_path(text: str) -> str:
    """The path with its query if it certainly stays on this site, else `/`.

    Browsers read `//host` and `/\\host` as another site and skip control characters while reading, so whatever is
    not a plain path is not followed. Signing in again or out is no place to go to after signing in.
    """
    path = unquote(text.partition("?")[0].partition("#")[0])
    is_plain = (
        path.startswith("/")
        and text.isprintable()
        and " " not in text
        and "\\" not in text + path
        and not any(odd in path for odd in ("//", "/."))
        and path.rstrip("/") not in _NEVER_NEXT
        and len(text) <= PATH_LENGTH_MAX
    )
    return text if is_plain else "/"
