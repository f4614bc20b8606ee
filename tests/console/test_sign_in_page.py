"""The sign-in page is a plain form that gives nothing away and executes nothing it was handed."""

from html.parser import HTMLParser

from billing_core.console.sign_in_page import sign_in_page

HOSTILE = '"><script>alert(1)</script>'


class Elements(HTMLParser):
    """The start tags of a document with their attributes."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def fields(self) -> dict[str | None, dict[str, str | None]]:
        return {attributes.get("name"): attributes for tag, attributes in self.seen if tag == "input"}

    def tags(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def test_the_form_posts_what_password_managers_expect() -> None:
    page = Elements(sign_in_page(next_path="/credits?org=org_1", error=None, email="dana@example.com"))
    assert page.tags("form") == [{"method": "post", "action": "/login"}]
    fields = page.fields()
    assert fields["next"]["value"] == "/credits?org=org_1"
    assert (fields["email"]["value"], fields["email"]["autocomplete"]) == ("dana@example.com", "username")
    assert (fields["password"]["type"], fields["password"]["autocomplete"]) == ("password", "current-password")
    assert "value" not in fields["password"]


def test_the_cursor_waits_where_typing_goes_on() -> None:
    fresh = Elements(sign_in_page(next_path="/", error=None)).fields()
    again = Elements(sign_in_page(next_path="/", error="No match.", email="dana@example.com")).fields()
    assert "autofocus" in fresh["email"]
    assert "autofocus" not in fresh["password"]
    assert "autofocus" in again["password"]
    assert "autofocus" not in again["email"]


def test_an_error_is_announced_above_the_fields() -> None:
    document = sign_in_page(next_path="/", error="E-mail and password do not match.")
    assert document.index('role="alert"') < document.index("<form")
    assert "E-mail and password do not match." in document
    assert 'role="alert"' not in sign_in_page(next_path="/", error=None)


def test_nothing_that_was_handed_in_is_executed() -> None:
    document = sign_in_page(
        next_path=HOSTILE,
        error=HOSTILE,
        email=HOSTILE,
        demo_accounts=[(HOSTILE, HOSTILE, HOSTILE)],
        sso_url=HOSTILE,
    )
    page = Elements(document)
    assert page.tags("script") == []
    assert page.fields()["next"]["value"] == HOSTILE


def test_demo_sign_ins_and_single_sign_on_appear_only_when_given() -> None:
    plain = sign_in_page(next_path="/", error=None)
    assert "Demo sign-ins" not in plain
    assert "single sign-on" not in plain
    assert Elements(plain).tags("a") == []
    full = sign_in_page(next_path="/", error=None, demo_accounts=[("Admin", "a@b.c", "secret")], sso_url="/sso")
    assert "Demo sign-ins" in full
    assert Elements(full).tags("a") == [{"class": "button", "href": "/sso"}]
