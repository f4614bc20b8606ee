"""GET /docs and /redoc: the OpenAPI document to read and try out, with scripts from this server and nowhere else.

Swagger UI (Apache-2.0) and ReDoc (MIT) come as files of the package fastapi-offline.
"""

import gzip
from functools import cache
from importlib.resources import files
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
# Both style what they draw as they draw it, and ReDoc searches in a worker it makes itself.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tollbooth API</title>
<link rel="icon" href="data:,">
{style}<style>body {{ margin: 0; }}</style>
</head>
<body>
<div id="page"></div>
<script src="{root}/docs/{script}"></script>
<script src="{root}/docs/{start}"></script>
</body>
</html>
"""
_START_SWAGGER = """\
const root = document.currentScript.src.replace(/\\/docs\\/[^/]*$/, "");
SwaggerUIBundle({
  url: root + "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
  tryItOutEnabled: false,
});
"""
_START_REDOC = """\
const root = document.currentScript.src.replace(/\\/docs\\/[^/]*$/, "");
Redoc.init(root + "/openapi.json", { hideHostname: true }, document.getElementById("page"));
"""
# ReDoc fetches its maker's logo from elsewhere; the words beside it stay.
_LOGO = (
    b"https://cdn.redoc.ly/redoc/logo-mini.svg",
    b"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
)
_OURS = {"start-swagger.js": _START_SWAGGER, "start-redoc.js": _START_REDOC}
_TYPES = {"js": "text/javascript", "css": "text/css"}
Name = Literal["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "start-swagger.js", "start-redoc.js"]


@router.get("/docs")
async def swagger(request: Request) -> HTMLResponse:
    """Swagger UI, in which requests can be tried out."""
    root = request.scope.get("root_path", "")
    style = f'<link rel="stylesheet" href="{root}/docs/swagger-ui.css">\n'
    return _page(root, style, "swagger-ui-bundle.js", "start-swagger.js")


@router.get("/redoc")
async def redoc(request: Request) -> HTMLResponse:
    """ReDoc, for reading."""
    return _page(request.scope.get("root_path", ""), "", "redoc.standalone.js", "start-redoc.js")


@router.get("/docs/{name}")
def script(request: Request, name: Name) -> Response:
    """A script or style of the pages; they change only with the version we run."""
    headers = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}
    content = _file(name)
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = _packed(name), "gzip"
    return Response(content, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])


def _page(root: str, style: str, script: str, start: str) -> HTMLResponse:
    page = _PAGE.format(root=root, style=style, script=script, start=start)
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def _file(name: str) -> bytes:
    if name in _OURS:
        return _OURS[name].encode()
    return files("fastapi_offline").joinpath("static", name).read_bytes().replace(*_LOGO)


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_file(name), mtime=0)
