"""The pages that show the API fetch everything from this server."""

import gzip
import re

import pytest

from tests.api.conftest import Api


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_a_page_loads_what_this_server_has_and_nothing_else(api: Api, path: str) -> None:
    api.as_(None)
    page = api.get(path)
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(source.startswith("/api/docs/") or source == "data:," for source in sources)
    for source in sources[1:]:
        plain = api.get(source, headers={"Accept-Encoding": "identity"})
        packed = api.get(source, headers={"Accept-Encoding": "gzip"})
        assert plain.status_code == 200
        assert plain.content == packed.content
        assert (packed.headers["content-encoding"], packed.headers["cache-control"]) == ("gzip", "public, max-age=3600")
        assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, mtime=0))
        assert b"//cdn." not in plain.content


def test_no_other_file_can_be_had(api: Api) -> None:
    for name in ("redoc.standalone.js.map", "..%2fcore.py", "favicon.png"):
        assert api.get(f"/api/docs/{name}").status_code in (404, 422)
