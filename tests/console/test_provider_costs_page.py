"""The page on provider costs, run through the frame as each role, and its figures against each other."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from billing_core.console import session
from billing_core.console.date_range import RangeChoice, resolve_range
from billing_core.console.overview.view import overview_of
from billing_core.console.provider_costs.export import cost_figures
from billing_core.console.provider_costs.price_list import price_rows
from billing_core.console.provider_costs.view import CostView, costs_of
from billing_core.console.queries.provider_prices import PricedModel, prices_in_force
from billing_core.console.queries.usage import freshness
from billing_core.console.usage.question import question_of
from billing_core.domain.money import Money, nanos_from_decimal
from billing_core.domain.provider_prices import ProviderPrice, TokenKind
from billing_core.services.reporting.combined import combined
from billing_core.settings import ROOT
from tests.console.usage_house import Tab, UsageHouse, a_usage_house

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsageHouse]:
    with a_usage_house(tmp_path_factory.mktemp("costs")) as house:
        yield house


def view_of(house: UsageHouse, choice: RangeChoice = "28 days", organization: str | None = None) -> CostView:
    viewer = house.viewer("analyst")
    days = resolve_range(choice, TODAY, viewer.time_zone)
    return costs_of(question_of(viewer, house.organizations[organization] if organization else None, days), freshness())


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_staff_see_cost_against_what_customers_paid(house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str):
    tab = Tab(house, role, monkeypatch).open("provider_costs.py")
    assert list(tab.metrics) == ["Provider cost", "Paid by customers", "Gross margin", "Cost per 1M tokens"]
    assert "Cost against what customers paid" in tab.text


@pytest.mark.parametrize("role", ["owner", "member"])
def test_members_have_no_such_page(house: UsageHouse, monkeypatch: pytest.MonkeyPatch, role: str):
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        Tab(house, role, monkeypatch).open("provider_costs.py")


def test_the_page_guards_itself_when_it_is_run_without_the_frame(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session, "token_source", lambda: house.tokens["owner"])
    page = AppTest.from_file(ROOT / "pages" / "provider_costs.py", default_timeout=60).run()
    assert "You do not have access to this" in "".join(element.proto.body for element in page.get("html"))
    assert not page.metric


@pytest.mark.parametrize("choice", ["7 days", "28 days", "Month to date", "12 weeks"])
@pytest.mark.parametrize("organization", [None, "Northwind AI"])
def test_numbers_providers_models_export_and_overview_agree_to_the_last_digit(
    house: UsageHouse, choice: RangeChoice, organization: str | None
):
    view = view_of(house, choice, organization)
    shown = view.total.current
    assert shown == combined([house.product.reports.totals(view.question.chosen)])
    assert combined(line.current for line in view.providers) == shown
    assert combined(item.line.current for item in view.models) == shown
    assert combined(item.line.complete for item in view.models) == view.movement.complete
    chosen = house.organizations[organization] if organization else None
    assert overview_of(house.viewer("admin"), chosen, view.question.days).movement.current == shown
    exported = cost_figures(view)
    assert nanos_from_decimal(sum(exported["provider_cost_USD"], Decimal(0))) == shown.provider_cost("USD").nanos
    assert nanos_from_decimal(sum(exported["revenue_USD"], Decimal(0))) == shown.revenue("USD").nanos
    assert sum(exported["calls"]) == shown.calls


def test_usage_without_a_price_is_a_warning_and_no_cost(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "analyst", monkeypatch).open("provider_costs.py")
    assert "1 model without a provider price" in tab.text
    assert "data/catalog/provider_prices.yml" in tab.text.replace("\\", "")
    warning = tab.test.table[0].value
    assert list(warning["Model"]) == ["mystery-1"]
    assert int(warning["Calls"].iloc[0]) == 56
    margins = tab.test.table[2].value.set_index("Model")
    assert margins["Cost"].isna()["mystery-1"]
    assert margins["Margin"].isna()["mystery-1"]


def test_what_has_a_price_everywhere_shows_no_warning(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    tab = Tab(house, "admin", monkeypatch).open("provider_costs.py", org="Quiet Corner")
    assert "without a provider price" not in tab.text
    assert "No usage yet" in tab.html


def test_the_price_list_names_source_and_version(house: UsageHouse, monkeypatch: pytest.MonkeyPatch):
    prices = Tab(house, "analyst", monkeypatch).open("provider_costs.py").test.table[-1].value.set_index("Model")
    assert prices["Input"]["gpt-4"] == 30_000_000_000
    assert prices["Output"]["gpt-4"] == 60_000_000_000
    assert prices["In force since"]["gpt-4"] == "1 Jan 2023"
    assert prices["Source"]["gpt-4"] == "catalogue"
    assert prices["Source version"]["gpt-4"]
    assert prices["In force since"]["mystery-1"] == "No price"


def test_prices_by_band_of_input_have_a_row_each():
    def price(kind: TokenKind, nanos: int, over: int = 0) -> ProviderPrice:
        return ProviderPrice(
            provider="openai",
            model="long",
            token_kind=kind,
            nanos_per_mtok=nanos,
            currency="USD",
            effective_from=datetime(2026, 1, 1, tzinfo=UTC) if over else datetime(1970, 1, 1, tzinfo=UTC),
            source="test",
            source_version="1",
            input_tokens_over=over,
        )

    model = PricedModel("openai", "long", [price("input", 10), price("output", 20), price("input", 30, over=200_000)])
    assert list(price_rows(model, ZoneInfo("UTC"))) == [
        ["long", Money(10, "USD"), Money(20, "USD"), None, "OpenAI", "Always", "test", "1"],
        ["long, over 200K input", Money(30, "USD"), Money(20, "USD"), None, "OpenAI", "1 Jan 2026", "test", "1"],
    ]


def test_prices_are_found_by_the_name_a_model_is_reported_by(house: UsageHouse):
    found = {item.model: item.rows for item in prices_in_force(frozenset({("OpenAI", "gpt-4"), ("openai", "nobody")}))}
    assert [row.token_kind for row in found["gpt-4"]] == ["input", "output"]
    assert list(found["nobody"]) == []
