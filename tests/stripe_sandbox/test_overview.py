"""The overview: what happened, and a button that sends it again."""

import re

from tests.stripe_sandbox.harness import Host


def test_the_overview_of_an_empty_sandbox_says_so(host: Host) -> None:
    text = host.text(f"{host.mount}/")
    assert text.startswith("EMBEDDED STRIPE - NO REAL MONEY")
    for words in ("No checkout has been started yet", "Nothing has happened yet", "No endpoint is registered"):
        assert words in text


def test_a_person_delivers_an_event_three_times_with_resend(host: Host) -> None:
    host.listen()
    session = host.a_session()
    assert session.url is not None
    host.press(session.url, "pay")
    deliverer = host.deliverer()
    deliverer.run_pending()
    overview = f"{host.mount}/"
    text = host.text(overview)
    assert "Complete, paid $39.90" in text
    assert "checkout.session.completed Delivered, 1 attempt (HTTP 200)" in text
    assert f"{host.webhook_url} Enabled All" in text
    (event,) = host.v1.events.list({"type": "checkout.session.completed"}).data
    action = re.search(rf'action="([^"]*/{event.id}/resend)"', host.browser.get(overview).text)
    assert action is not None
    for _ in range(2):
        answer = host.browser.post(host.address.rsplit("/", 1)[0] + action.group(1))
        assert answer.status_code == 303
        assert "Waiting" in host.text(overview)
        deliverer.run_pending()
    assert [each.event.id for each in host.received].count(event.id) == 3


def test_a_failing_webhook_shows_why(host: Host) -> None:
    host.listen()
    host.webhook_answers = [500, 503]
    host.v1.customers.create({})
    deliverer = host.deliverer()
    deliverer.run_pending()
    host.clock.advance(1)
    deliverer.run_pending()
    assert "customer.created Waiting, 2 attempts (HTTP 503)" in host.text(f"{host.mount}/")


def test_an_unknown_event_cannot_be_resent(host: Host) -> None:
    assert host.browser.post(f"{host.mount}/events/evt_no/resend").status_code == 404
