"""The catalogue that is shipped says exactly what the product's documents table."""

import pytest

from billing_core.domain.money import Money
from billing_core.domain.plans import Beyond, PlanTerms
from billing_core.domain.usage import Quantities
from billing_core.services.catalog.load_catalog import load_catalog
from tests.catalog_house import NOW, a_unit, the_files

GB = 10**9


@pytest.fixture(scope="module")
def terms() -> dict[str, PlanTerms]:
    uow = a_unit()
    load_catalog(uow, the_files(), NOW)
    return {code: record.version.terms for code, record in uow.catalog.versions_in_force(NOW).items()}


@pytest.mark.parametrize(
    ("plan", "month", "year", "credits", "calls", "responses", "documents", "storage"),
    [
        ("free", "0", "0", "0", 1_000, 50, 5, 1 * GB),
        ("starter", "29", "290", "500", 10_000, 500, 50, 10 * GB),
        ("professional", "99", "990", "2000", 100_000, 5_000, 500, 100 * GB),
        ("enterprise", "299", "2990", "10000", None, None, None, None),
        ("team", "99.99", None, "1000", 50_000, 2_500, 250, 50 * GB),
    ],
)
def test_plans_have_the_prices_and_limits_of_the_documents(
    terms: dict[str, PlanTerms],
    plan: str,
    month: str,
    year: str | None,
    credits: str,
    calls: int | None,
    responses: int | None,
    documents: int | None,
    storage: int | None,
) -> None:
    found = terms[plan]
    assert found.price_month == Money.parse(month, "USD")
    assert found.price_year == (None if year is None else Money.parse(year, "USD"))
    assert found.credits_per_month == Money.parse(credits, "CREDITS")
    assert found.credit_value == Money.parse("0.10", "USD")
    limits = {code: allowance.quantity for code, allowance in found.allowances.items()}
    assert limits == {
        "calls": calls,
        "ai_responses": responses,
        "document_uploads": documents,
        "storage": storage,
    }


def test_team_has_five_members_and_a_price_for_each_further_one(terms: dict[str, PlanTerms]) -> None:
    team = terms["team"]
    assert (team.seats_included, team.seats_max) == (5, None)
    assert team.seat_price == Money.parse("19.99", "USD")


def test_every_plan_grants_every_feature(terms: dict[str, PlanTerms]) -> None:
    assert len({frozenset(found.features) for found in terms.values()}) == 1
    assert len(terms["free"].features) == 15


@pytest.mark.parametrize(
    ("plan", "tokens", "limited", "in_credits"),
    [
        ("free", Beyond.CREDITS, Beyond.STOP, Beyond.CREDITS),
        ("starter", Beyond.CREDITS, Beyond.CREDITS, Beyond.CREDITS),
        ("professional", Beyond.OVERAGE, Beyond.OVERAGE, Beyond.OVERAGE),
        ("enterprise", Beyond.OVERAGE, Beyond.OVERAGE, Beyond.OVERAGE),
        ("team", Beyond.OVERAGE, Beyond.OVERAGE, Beyond.OVERAGE),
    ],
)
def test_what_happens_beyond_an_allowance_depends_on_the_plan(
    terms: dict[str, PlanTerms], plan: str, tokens: Beyond, limited: Beyond, in_credits: Beyond
) -> None:
    features = terms[plan].features
    assert {features[code].beyond for code in ("chat", "embedding", "search")} == {tokens}
    assert {features[code].beyond for code in ("ai_response", "document_upload", "storage")} == {limited}
    assert {features[code].beyond for code in ("generate_content", "CategorizationAgent")} == {in_credits}


def test_packages_have_the_prices_of_the_documents() -> None:
    uow = a_unit()
    load_catalog(uow, the_files(), NOW)
    offers = {
        item.code: (item.credits.decimal_text, str(item.price), item.valid_months)
        for item in uow.catalog.packages_on_sale(NOW)
    }
    assert offers == {
        "small": ("100.00", "9.90 USD", 12),
        "medium": ("500.00", "39.90 USD", 12),
        "large": ("2000.00", "149.90 USD", 12),
        "jumbo": ("5000.00", "349.90 USD", 12),
    }


@pytest.mark.parametrize(
    ("provider", "model", "input_price", "output_price"),
    [
        ("OpenAI", "GPT-4", "0.00003", "0.00006"),
        ("OpenAI", "GPT-3.5-turbo", "0.0000015", "0.000002"),
        ("Gemini", "gemini-pro", "0.0000005", "0.0000015"),
        ("Anthropic", "Claude-3", "0.000008", "0.000024"),
        ("Mistral", "Mistral-7B", "0.0000002", "0.0000006"),
    ],
)
def test_the_five_default_models_cost_what_the_documents_say_per_token(
    provider: str, model: str, input_price: str, output_price: str
) -> None:
    uow = a_unit()
    load_catalog(uow, the_files(), NOW)
    book = uow.catalog.price_books([(provider, model)])[provider, model]
    assert book is not None
    million = 1_000_000
    cost = book.cost(Quantities(input_tokens=million), NOW)
    assert cost == Money(Money.parse(input_price, "USD").nanos * million, "USD")
    cost = book.cost(Quantities(output_tokens=million), NOW)
    assert cost == Money(Money.parse(output_price, "USD").nanos * million, "USD")


def test_alert_rules_are_there_from_the_start() -> None:
    uow = a_unit()
    load_catalog(uow, the_files(), NOW)
    assert {(rule.kind.value, rule.threshold, rule.currency) for rule in uow.alerts.rules()} == {
        ("allowance_used", 80, None),
        ("credits_low", 50 * 10**9, "CREDITS"),
        ("cost_above", 1000 * 10**9, "USD"),
        ("budget_used", 80, None),
        ("budget_used", 100, None),
        ("top_up_failed", 1, None),
    }
