"""Components draw what they were given, escape it, and return what was chosen."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from billing_core.console import formatting as f
from billing_core.console.components import (
    Column,
    PackageOffer,
    limit_meter,
    status_markdown,
)
from billing_core.console.components.columns import styled_frame
from billing_core.console.components.export_menu import file_content
from billing_core.console.components.meters import meter_html
from billing_core.domain.money import Money

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


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def html_of(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def test_a_limit_warns_when_the_forecast_passes_it_and_says_when() -> None:
    meter = limit_meter("Anthropic", usd("18421"), usd("20000"), forecast=usd("22000"), runs_out_on=date(2026, 11, 23))
    assert (meter.value + meter.of, meter.left, meter.right, meter.tone) == (
        "$18,421 of $20,000",
        "92% used",
        "Runs out 23 Nov",
        "warn",
    )


@pytest.mark.parametrize(
    ("used", "forecast", "tone", "words"),
    [
        (79, None, "info", "Under the limit"),
        (79, 95, "info", "Stays under the limit"),
        (80, 95, "warn", "Close to the limit"),
        (10, 101, "warn", "Runs out before the period ends"),
        (100, None, "bad", "Limit reached"),
        (130, 150, "bad", "Limit reached"),
    ],
)
def test_a_limit_says_how_it_stands_in_words(used: int, forecast: int | None, tone: str, words: str) -> None:
    meter = limit_meter("Calls", used, 100, forecast=forecast)
    assert (meter.tone, meter.right) == (tone, words)


def test_a_limit_that_is_nearly_reached_does_not_say_100_percent() -> None:
    assert limit_meter("Calls", 9_999, 10_000).left == "99% used"


def test_a_limit_of_nothing_is_reached() -> None:
    assert limit_meter("Calls", 0, 0).tone == "bad"


def test_a_bar_never_leaves_its_track_and_speaks_its_value() -> None:
    html = meter_html(limit_meter("Calls", 130, 100, forecast=150))
    assert html.count('width:100.0%"') == 2
    assert 'role="meter"' in html
    assert 'aria-valuetext="130 of 100; 130% used; Limit reached"' in html


def test_a_table_holds_the_numbers_themselves_and_shows_them_formatted() -> None:
    styled = styled_frame(
        [("claude", 935_000_000, usd("5120.92"), Decimal("0.406")), ("gpt", None, None, None)],
        [Column("Model"), Column("Tokens", f.tokens), Column("Revenue", f.money), Column("Share", f.percent)],
        total=("Total", 935_000_000, usd("5120.92"), Decimal(1)),
    )
    assert list(vars(styled)["data"]["Revenue"]) == [5_120_920_000_000, pd.NA, 5_120_920_000_000]
    shown = styled.to_html()
    for text in ("935M", "$5,120.92", "40.6%", "100.0%", "—"):
        assert text in shown
    assert "font-weight: 600" in shown


def test_equal_digits_of_different_columns_keep_their_own_format() -> None:
    shown = styled_frame(
        [(1_000_000_000, Money(1_000_000_000, "USD"))], [Column("Tokens", f.tokens), Column("Cost", f.money)]
    ).to_html()
    assert "1.0B" in shown
    assert "$1.00" in shown


def test_a_column_of_two_currencies_is_refused() -> None:
    with pytest.raises(ValueError, match="'Cost' mixes EUR, USD"):
        styled_frame([(usd("1"),), (Money.parse("1", "EUR"),)], [Column("Cost", f.money)])


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="A row of 1 cells does not fit 2 columns"):
        styled_frame([("a",)], [Column("A"), Column("B")])


def test_an_unknown_status_word_is_an_error_rather_than_a_grey_badge() -> None:
    assert status_markdown("Paid") == ":green-badge[Paid]"
    with pytest.raises(KeyError):
        status_markdown("Payed")


def test_a_package_names_its_bonus_and_the_price_of_one_credit() -> None:
    offer = PackageOffer("Growth", Money.parse("5000", "CREDITS"), usd("4850"), bonus=Money.parse("150", "CREDITS"))
    assert offer.note == "Plus 150 bonus · $0.942 each"
    assert PackageOffer("Starter", Money.parse("100", "CREDITS"), usd("9.90")).note == "$0.099 each"


def test_an_export_keeps_every_digit() -> None:
    frame = pd.DataFrame({"cost": [Decimal("0.000000001"), Decimal("12.500000000")]})
    assert file_content(frame, "CSV").decode().split() == ["cost", "0.000000001", "12.500000000"]
    assert list(pd.read_parquet(BytesIO(file_content(frame, "Parquet")))["cost"]) == list(frame["cost"])


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
