"""Components on a page: drawn as given, escaped, and returning what was chosen."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def errors_are_shown() -> Iterator[None]:
    before = config.get_option("client.showErrorDetails")
    config.set_option("client.showErrorDetails", "full")
    yield
    config.set_option("client.showErrorDetails", before)


def run(script: Callable[..., None], **values: Any) -> AppTest:
    """Run a function as a Streamlit script, from its source; it must run without an exception."""
    app = AppTest.from_function(script, kwargs=values).run()
    assert not app.exception, app.exception
    return app


def html_of(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def _hostile_page(text: str) -> None:
    from decimal import Decimal

    from billing_core.console import components as ui

    ui.page_head(text, text, key="head")
    ui.card(text, text, key="card")
    ui.legend([ui.LegendItem(text, text, "#000000")], key="legend")
    ui.meters([ui.Meter(text, text, text, Decimal(0), text, text)], key="meters")
    ui.diff_table([(text, [ui.Difference(text, text, text)])], key="diff")
    ui.line_items([ui.LineItem(text, text, text, text, text)], total=text, key="lines")
    ui.facts([(text, text)], key="facts")
    ui.hero_number(text, text, stress=text, above=text, key="hero")
    ui.alert_card(ui.AlertText("bad", text, text, text), key="alert")
    ui.empty_state(text, text, key="empty")
    ui.error_card(text, key="error")


def test_customers_text_cannot_become_markup_in_any_component() -> None:
    app = run(_hostile_page, text=HOSTILE)
    html = html_of(app)
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(1)" in html
    for element in (*app.title, *app.header, *app.caption):
        assert "\\<script\\>" in element.value


def _table_page() -> None:
    from billing_core.console import components as ui
    from billing_core.console import formatting as f
    from billing_core.domain.money import Money

    ui.money_table(
        [("*bold*", "Paid", Money(1_500_000_000, "USD"))],
        [ui.Column("Customer"), ui.Column("Status", status=True), ui.Column("Amount", f.money)],
        key="table",
        alt="Invoices",
    )


def test_a_drawn_table_shows_text_as_written_and_statuses_as_badges() -> None:
    row = run(_table_page).table[0].value.iloc[0]
    assert list(row) == [r"\*bold\*", ":green-badge[Paid]", 1_500_000_000]


def _filter_page(choice: str | None) -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    import streamlit as st

    from billing_core.console.components import date_range_filter

    if choice and "range" not in st.query_params:
        st.query_params["range"] = choice
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    range_ = date_range_filter(now=now, zone=ZoneInfo("Asia/Tokyo"))
    st.text(f"{range_.choice}; {range_.text}; {range_.compare}")


def test_the_range_ends_on_the_organizations_day_not_the_servers() -> None:
    assert run(_filter_page, choice=None).text[0].value == "28 days; 25 Oct – 21 Nov 2026; True"


def test_the_range_and_the_comparison_can_be_changed() -> None:
    app = run(_filter_page, choice=None)
    app.button_group(key="range").set_value("Month to date").run()
    app.toggle(key="range_compare").set_value(False).run()
    assert app.text[0].value == "Month to date; 1 – 21 Nov 2026; False"


def test_custom_days_are_chosen_in_a_calendar() -> None:
    app = run(_filter_page, choice=None)
    app.button_group(key="range").set_value("Custom").run()
    app.date_input(key="range_days").set_value((date(2023, 11, 16), date(2023, 11, 18))).run()
    assert app.text[0].value == "Custom; 16 – 18 Nov 2023; True"


def _kpi_page() -> None:
    from decimal import Decimal

    from billing_core.console.components import Kpi, kpi_row

    kpi_row(
        [
            Kpi("Revenue", "$13,021", Decimal("0.083"), good="up", history=[1, 2, 3]),
            Kpi("Margin", "27.5%", Decimal("-0.012"), in_points=True),
            Kpi("Tokens", "4.3B"),
        ],
        key="kpis",
    )


def test_kpis_show_their_change_and_none_where_it_is_unknown() -> None:
    app = run(_kpi_page)
    assert [(metric.label, metric.value, metric.delta) for metric in app.metric] == [
        ("Revenue", "$13,021", "8.3%"),
        ("Margin", "27.5%", "-1.2 pts"),
        ("Tokens", "4.3B", ""),
    ]


def _confirm_page(refuse: bool) -> None:
    import streamlit as st

    from billing_core.console.components import confirm_dialog, flash, show_flash
    from billing_core.domain.errors import Conflict

    def publish() -> None:
        if refuse:
            raise Conflict("Version 7 was published by someone else.")
        st.session_state["published"] = st.session_state.get("published", 0) + 1
        flash("Version 7 published.")

    show_flash()
    confirm_dialog("Publish version 7", confirm="Publish version 7", on_confirm=publish, key="publish", typed="Team")


def test_what_cannot_be_undone_waits_for_its_name() -> None:
    app = run(_confirm_page, refuse=False)
    assert app.button(key="publish_confirm").disabled
    app.text_input(key="publish_typed").set_value("team").run()
    assert app.button(key="publish_confirm").disabled
    app.text_input(key="publish_typed").set_value("Team").run()
    assert not app.button(key="publish_confirm").disabled


def test_confirming_acts_once_and_says_so_once() -> None:
    app = run(_confirm_page, refuse=False)
    app.text_input(key="publish_typed").set_value("Team").run()
    app.button(key="publish_confirm").click().run()
    assert app.session_state["published"] == 1
    assert [toast.value for toast in app.toast] == ["Version 7 published."]
    app.run()
    assert not app.toast


def test_a_refusal_is_explained_in_the_dialog() -> None:
    app = run(_confirm_page, refuse=True)
    app.text_input(key="publish_typed").set_value("Team").run()
    app.button(key="publish_confirm").click().run()
    assert [error.value for error in app.error] == ["Version 7 was published by someone else."]
    assert not app.toast


def _actions_page() -> None:
    import streamlit as st

    from billing_core.console import components as ui

    alert = ui.AlertText("warn", "Credits are low", "14:02 UTC", "38.12 are left.")
    st.text(f"alert: {ui.alert_card(alert, key='alert', actions=['Acknowledge', 'Buy credits'])}")
    st.text(f"cleared: {ui.no_match('invoices', 'zzz', key='none')}")


def test_actions_of_alerts_and_empty_states_are_returned() -> None:
    app = run(_actions_page)
    assert [text.value for text in app.text] == ["alert: None", "cleared: False"]
    app.button(key="alert_Acknowledge").click().run()
    assert app.text[0].value == "alert: Acknowledge"
    app.button(key="none_button").click().run()
    assert app.text[1].value == "cleared: True"


def test_differences_spell_out_what_is_added_and_removed() -> None:
    app = run(_diff_page)
    html = html_of(app)
    assert "added <ins>5</ins>" in html
    assert "removed <del>$1.00</del>" in html
    assert '<span class="tb-hidden">was </span><del>$49.00</del>' in html


def _diff_page() -> None:
    from billing_core.console.components import Difference, diff_table

    rows = [Difference("Base", "$49.00", "$59.00"), Difference("Seats", None, "5"), Difference("Mini", "$1.00", None)]
    diff_table([("Price", rows)], key="diff")
