"""Loading the catalogue: once, only forwards, and all or nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from billing_core.domain.money import Money
from billing_core.services.catalog.load_catalog import EMPTY, LoadReport, load_catalog
from billing_core.services.catalog.source_file import InvalidCatalog
from tests.catalog_house import (
    FEATURES,
    NOW,
    PACKAGES,
    PLANS,
    PROVIDER_PRICES,
    SETTINGS,
    a_unit,
    row_counts,
    small_files,
    the_files,
)

LATER_VERSION = """
      - effective_from: 2026-11-01
        price_month: 59.00
        seats_included: 1
        seats_max: 1
        credit_value: 0.10
        allowances:
          calls: {name: AI calls, quantity: 1000}
        features:
          chat: {allowance: calls, price: {kind: per_unit, amount: 0.01}, beyond: overage}
"""
LATER_OFFER = "      - {effective_from: 2026-11-01, credits: 100, price: 12.00, active: false}\n"
LATER_PRICE = "      - {effective_from: 2026-11-01, per: 1M tokens, input: 25, output: 50}\n"


def problems_of(**changed: str) -> list[str]:
    """The problems of a small catalogue with changed files, loaded into an empty database."""
    with pytest.raises(InvalidCatalog) as refused:
        load_catalog(a_unit(), small_files(**changed), NOW)
    return [str(problem) for problem in refused.value.problems]


def problems_after(**changed: str) -> list[str]:
    """The problems of loading changed files over the small catalogue; what was loaded before stays."""
    uow = a_unit()
    load_catalog(uow, small_files(), NOW)
    before = row_counts(uow)
    with pytest.raises(InvalidCatalog) as refused:
        load_catalog(uow, small_files(**changed), NOW)
    assert row_counts(uow) == before
    return [str(problem) for problem in refused.value.problems]


def test_loading_the_same_files_again_changes_nothing() -> None:
    uow = a_unit()
    first = load_catalog(uow, the_files(), NOW)
    counts = row_counts(uow)
    assert (first.features_added, first.plans_added, first.plan_versions_added) == (15, 5, 5)
    assert (first.packages_added, first.provider_prices_added, first.alert_rules_added) == (4, 10, 6)
    assert load_catalog(uow, the_files(), NOW) == EMPTY
    assert row_counts(uow) == counts


def test_new_dated_entries_are_added_and_take_over_on_their_day() -> None:
    uow = a_unit()
    load_catalog(uow, small_files(), NOW)
    changed = small_files(
        plans=PLANS + LATER_VERSION, packages=PACKAGES + LATER_OFFER, provider_prices=PROVIDER_PRICES + LATER_PRICE
    )
    report = load_catalog(uow, changed, NOW)
    assert (report.plan_versions_added, report.packages_added, report.provider_prices_added) == (1, 1, 2)
    october, november = datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    assert uow.catalog.version_in_force("pro", october).terms.price_month == Money.parse("49", "USD")
    assert uow.catalog.version_in_force("pro", november).terms.price_month == Money.parse("59", "USD")
    assert [package.code for package in uow.catalog.packages_on_sale(october)] == ["small"]
    assert uow.catalog.packages_on_sale(november) == []


def test_names_may_change_without_a_new_version() -> None:
    uow = a_unit()
    load_catalog(uow, small_files(), NOW)
    report = load_catalog(
        uow,
        small_files(features=FEATURES.replace("name: Chat,", "name: Chats,"), plans=PLANS.replace("Pro\n", "Plus\n")),
        NOW,
    )
    assert report == LoadReport(
        features_added=0,
        features_changed=1,
        plans_added=0,
        plans_changed=1,
        plan_versions_added=0,
        packages_added=0,
        provider_prices_added=0,
        alert_rules_added=0,
    )
    assert uow.catalog.feature("chat").name == "Chats"
    assert uow.catalog.plan("pro").name == "Plus"


@pytest.mark.parametrize(
    ("change", "file_line_field"),
    [
        (lambda: {"plans": PLANS.replace("49.00", "48.00")}, "plans.yml:7: plans[0].versions[0]"),
        (lambda: {"plans": PLANS.replace("1000", "999")}, "plans.yml:7: plans[0].versions[0]"),
        (lambda: {"packages": PACKAGES.replace("9.90", "9.99")}, "packages.yml:6: packages[0].offers[0]"),
        (
            lambda: {"provider_prices": PROVIDER_PRICES.replace("0.00006", "0.00007")},
            "provider_prices.yml:6: provider_prices[0].prices[0].output",
        ),
    ],
)
def test_an_entry_that_was_loaded_never_changes(change: Callable[[], dict[str, str]], file_line_field: str) -> None:
    (problem,) = problems_after(**change())
    assert problem.startswith(file_line_field)
    assert "append a new dated entry instead" in problem


@pytest.mark.parametrize(
    "changed",
    [
        {"plans": PLANS.replace("2026-01-01", "2026-02-01")},
        {"packages": PACKAGES.replace("2026-01-01", "2026-02-01")},
        {"provider_prices": PROVIDER_PRICES.replace("2026-01-01", "2026-02-01")},
        {"plans": PLANS.replace("code: pro", "code: por")},
    ],
)
def test_an_entry_that_was_loaded_is_never_taken_out(changed: dict[str, str]) -> None:
    assert any("is gone. Entries are never taken out; put it back." in problem for problem in problems_after(**changed))


def test_a_version_dated_before_the_newest_one_is_refused() -> None:
    older = LATER_VERSION.replace("2026-11-01", "2025-06-01")
    plans = PLANS.replace("    versions:\n", "    versions:" + older.rstrip() + "\n")
    assert any("must be later than 2026-01-01" in problem for problem in problems_after(plans=plans))


def test_how_a_feature_is_counted_never_changes() -> None:
    (problem,) = problems_after(features=FEATURES.replace("unit: call", "unit: message"))
    assert problem.startswith("features.yml:3: features[0].unit is 'message' and was 'call'")


def test_a_misspelt_key_is_named_with_its_file_and_line_and_what_was_meant() -> None:
    (unknown, missing) = problems_of(plans=PLANS.replace("price_month", "price_mnth"))
    assert unknown.startswith("plans.yml:7: plans[0].versions[0].price_month is missing")
    assert missing.startswith(
        "plans.yml:8: plans[0].versions[0].price_mnth is not a known key. Did you mean price_month?"
    )
    assert "Allowed: effective_from, currency, price_month" in missing


def test_the_problems_of_all_files_are_told_at_once_and_nothing_is_written() -> None:
    uow = a_unit()
    with pytest.raises(InvalidCatalog) as refused:
        load_catalog(
            uow,
            small_files(
                features=FEATURES.replace("aggregation: max", "aggregation: most"),
                packages=PACKAGES.replace("9.90", "free"),
                provider_prices=PROVIDER_PRICES.replace("per: token", "per: tokens"),
                settings=SETTINGS.replace("threshold: 80", "threshold: 0.8"),
            ),
            NOW,
        )
    assert [(problem.file, problem.line) for problem in refused.value.problems] == [
        ("features.yml", 10),
        ("packages.yml", 6),
        ("provider_prices.yml", 6),
        ("settings.yml", 4),
    ]
    assert refused.value.field == "features[1].aggregation"
    assert not any(row_counts(uow).values())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"plans": PLANS.replace("          chat:", "          caht:")}, "is not in features.yml. Did you mean chat?"),
        ({"plans": PLANS.replace("calls,", "cals,")}, "Allowance 'cals' is not in this plan; it has: calls."),
        ({"plans": PLANS.replace("quantity: 1000", "quantity: 1000, aggregation: max")}, "chat is counted by sum"),
        ({"plans": PLANS + LATER_VERSION.replace("2026-11-01", "2026-01-01")}, "later than that of the version before"),
        (
            {"packages": PACKAGES + LATER_OFFER.replace("2026-11-01", "2026-01-01")},
            "later than that of the offer before",
        ),
        ({"packages": PACKAGES.replace("credits: 100", "credits: 0")}, "credits is zero"),
        ({"packages": PACKAGES.replace("price: 9.90", "price: 0.00")}, "price is zero"),
        ({"provider_prices": PROVIDER_PRICES.replace(", input: 0.00003, output: 0.00006", "")}, "input is missing"),
        (
            {"provider_prices": PROVIDER_PRICES + LATER_PRICE.replace("2026-11-01", "2026-01-01")},
            "effective_from is the same as at provider_prices[0].prices[0].",
        ),
        ({"features": FEATURES.replace("code: storage", "code: chat")}, "'chat' is already at features[0]."),
        ({"settings": SETTINGS.replace("allowance_used", "allowance")}, "Did you mean allowance_used?"),
        (
            {
                "settings": SETTINGS.replace(
                    "{kind: allowance_used, threshold: 80}", "{kind: credits_low, threshold: 0}"
                )
            },
            "is zero",
        ),
        (
            {"plans": PLANS.replace("49.00", "49.00\n        price_month: 59.00")},
            "is there twice; the first is in line 8.",
        ),
        ({"plans": "plans: [}"}, "plans.yml:1: This is not YAML"),
        ({"plans": ""}, "is empty; it must be a mapping with"),
        ({"plans": "plans: free"}, "plans is 'free'; it must be a list"),
    ],
)
def test_a_mistake_in_a_file_says_what_is_wrong_and_what_would_be_right(changed: dict[str, str], says: str) -> None:
    problems = problems_of(**changed)
    assert any(says in problem for problem in problems), problems


def test_an_alert_rule_changed_by_hand_is_not_set_back() -> None:
    uow = a_unit()
    load_catalog(uow, small_files(), NOW)
    assert load_catalog(uow, small_files(settings=SETTINGS.replace("80", "90")), NOW) == EMPTY
    assert [rule.threshold for rule in uow.alerts.rules()] == [80]
