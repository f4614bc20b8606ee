"""The sign-in routes over HTTP: cookie, redirects, throttling, and what another site can make a browser do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from billing_core.api.same_site import PATH_LENGTH_MAX, same_site_path
from billing_core.api.sign_in import FORM_BYTES_MAX, DemoAccounts, sign_in_routes
from billing_core.console.sign_in_page import sign_in_page
from billing_core.domain.identity import StaffRole
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.view_session import viewer_of
from tests.identity_house import PASSWORD, House, a_house

SITE = "http://127.0.0.1:8501"
DEMO: DemoAccounts = (("Administrator", "ada@example.com", "a demo password"),)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.staff("ada@example.com", StaffRole.ADMIN)
    return house


def a_browser(house: House, site: str = SITE, demo: DemoAccounts = ()) -> TestClient:
    routes = sign_in_routes(house, house.passwords, page=sign_in_page, demo_accounts=demo)
    return TestClient(Starlette(routes=routes), base_url=site, follow_redirects=False)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with a_browser(house) as browser:
        yield browser


def form(**fields: str) -> dict[str, str]:
    return {"email": "ada@example.com", "password": PASSWORD, "next": "/"} | fields


def test_the_page_shows_an_empty_form_and_is_never_stored_or_framed(browser: TestClient):
    page = browser.get("/login?next=/credits")
    assert page.status_code == 200
    assert 'value="/credits"' in page.text
    assert 'role="alert"' not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


def test_demo_accounts_are_shown_when_they_are_given(house: House):
    assert "a demo password" in a_browser(house, demo=DEMO).get("/login").text
    assert "a demo password" not in a_browser(house).get("/login").text


def test_signing_in_sets_a_cookie_no_script_can_read_and_goes_where_it_was_asked(house: House, browser: TestClient):
    answer = browser.post("/login", data=form(next="/usage?org=Northwind+AI&range=7+days"))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/usage?org=Northwind+AI&range=7+days"
    assert answer.headers["cache-control"] == "no-store"
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert {item.lower() for item in attributes} == {"httponly", "path=/", "samesite=lax"}
    viewer = viewer_of(house, name.removeprefix(f"{SESSION_COOKIE}="), house.clock.now())
    assert viewer
    assert viewer.email == "ada@example.com"


def test_over_https_the_cookie_never_travels_in_the_clear(house: House):
    with a_browser(house, "https://billing.example.com") as browser:
        answer = browser.post("/login", data=form())
        assert "secure" in answer.headers["set-cookie"].lower().split("; ")
        assert "secure" in browser.get("/logout").headers["set-cookie"].lower().split("; ")


def test_who_is_signed_in_goes_straight_on(browser: TestClient):
    browser.post("/login", data=form())
    answer = browser.get("/login?next=/credits")
    assert (answer.status_code, answer.headers["location"]) == (303, "/credits")


def test_a_wrong_password_shows_the_page_again_with_the_address_typed_and_sets_no_cookie(browser: TestClient):
    answer = browser.post("/login", data=form(password="wrong", next="/credits"))
    assert answer.status_code == 401
    assert "E-mail address and password do not match." in answer.text
    assert 'value="ada@example.com"' in answer.text
    assert 'value="/credits"' in answer.text
    assert "wrong" not in answer.text
    assert "set-cookie" not in answer.headers


def test_too_many_tries_say_when_to_come_back(browser: TestClient):
    for _ in range(5):
        assert browser.post("/login", data=form(password="wrong")).status_code == 401
    answer = browser.post("/login", data=form())
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert "Try again in 15 minutes." in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("missing", ["email", "password"])
def test_a_missing_field_is_asked_for_and_not_counted_as_a_try(browser: TestClient, missing: str):
    for _ in range(6):
        answer = browser.post("/login", data=form(**{missing: ""}))
        assert answer.status_code == 400
        assert "Enter your e-mail address and your password." in answer.text
    assert browser.post("/login", data=form()).status_code == 303


def test_markup_typed_into_the_form_comes_back_as_text(browser: TestClient):
    answer = browser.post("/login", data=form(email='"><script>alert(1)</script>', password="wrong"))
    assert answer.status_code == 401
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


RIGHT = f"email=ada%40example.com&password={PASSWORD.replace(' ', '+')}".encode()


@pytest.mark.parametrize(
    "body",
    [
        RIGHT + b"&more=" + b"a" * FORM_BYTES_MAX,
        RIGHT + b"&a=1" * 100,
        b"\xff\xfe\x00",
        b'{"email": "ada@example.com"}',
        b"",
    ],
    ids=["endless", "many fields", "no text", "json", "empty"],
)
def test_a_body_that_is_no_form_is_answered_with_the_page(browser: TestClient, body: bytes):
    answer = browser.post("/login", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    assert "Enter your e-mail address" in answer.text


ELSEWHERE = [
    "//evil.example",
    "//evil.example/usage",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    "usage",
    "?next=/",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e%2e/logout",
    "//[",
    "/login",
    "/login/",
    "/login?next=/usage",
    "/logout",
    "/log%6fut",
    "/usage\x00",
    "/usage\x85",
    "/usage\u2028",
    "/" + "a" * PATH_LENGTH_MAX,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_whatever_is_no_plain_path_of_this_site_becomes_its_front_page(target: str):
    assert same_site_path(target) == "/"


def test_neither_the_form_nor_the_page_leads_to_another_site(browser: TestClient):
    assert 'value="/"' in browser.get("/login", params={"next": "//evil.example"}).text
    for target in ("//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"):
        assert browser.post("/login", data=form(next=target)).headers["location"] == "/"
        assert browser.get("/login", params={"next": target}).headers["location"] == "/"


@pytest.mark.parametrize(
    "target", ["/", "/usage", "/usage?org=A%26B&range=7+days", "/usage?back=//x", "/a#b", "/größe"]
)
def test_a_path_of_this_site_is_kept_as_it_is(target: str):
    assert same_site_path(target) == target


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "null"},
        {"origin": "http://["},
    ],
)
def test_a_form_sent_by_another_site_signs_nobody_in(browser: TestClient, headers: dict[str, str]):
    answer = browser.post("/login", data=form(next="/credits"), headers=headers)
    assert answer.status_code == 403
    assert "sent by another site" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin", "origin": SITE}, {"sec-fetch-site": "none"}, {"origin": SITE}, {}]
)
def test_our_own_form_is_taken_from_every_kind_of_browser(browser: TestClient, headers: dict[str, str]):
    assert browser.post("/login", data=form(), headers=headers).status_code == 303


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_signing_out_ends_the_session_everywhere_and_clears_the_cookie(house: House, browser: TestClient, method: str):
    browser.post("/login", data=form())
    token = browser.cookies[SESSION_COOKIE]
    answer = browser.request(method, "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert SESSION_COOKIE not in browser.cookies
    assert viewer_of(house, token, house.clock.now()) is None
    browser.cookies.set(SESSION_COOKIE, token)
    assert browser.get("/login").status_code == 200


def test_another_site_cannot_sign_anyone_out(house: House, browser: TestClient):
    browser.post("/login", data=form())
    answer = browser.get("/logout", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert viewer_of(house, browser.cookies[SESSION_COOKIE], house.clock.now())


def test_signing_out_without_a_session_leads_to_the_page_all_the_same(browser: TestClient):
    assert browser.get("/logout", headers={"cookie": f"{SESSION_COOKIE}=forged"}).headers["location"] == "/login"
    assert browser.get("/logout").status_code == 303


def test_every_sign_in_makes_a_new_session_even_over_a_planted_cookie(house: House, browser: TestClient):
    browser.cookies.set(SESSION_COOKIE, "planted")
    answer = browser.post("/login", data=form())
    assert "planted" not in answer.headers["set-cookie"]
    assert viewer_of(house, "planted", house.clock.now()) is None
