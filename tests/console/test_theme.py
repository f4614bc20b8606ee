"""One set of colours: charts, stylesheet and Streamlit's theme cannot drift apart."""

import re
import tomllib
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from billing_core.console import theme
from billing_core.console.theme import OTHER, PROVIDERS, TOKENS, ThemeType, provider_colours, series_colours

ROOT = Path(__file__).parents[2]
STYLESHEET = (ROOT / "billing_core/console/console.css").read_text()
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
THEMES: list[ThemeType] = ["light", "dark"]


@pytest.mark.parametrize("name", THEMES)
def test_streamlit_has_the_colours_of_the_tokens(name: ThemeType) -> None:
    tokens, configured = TOKENS[name], CONFIG["theme"][name]
    assert configured["primaryColor"] == tokens.primary
    assert configured["backgroundColor"] == tokens.background
    assert configured["secondaryBackgroundColor"] == tokens.field
    assert configured["textColor"] == tokens.ink
    assert configured["linkColor"] == tokens.link
    assert configured["borderColor"] == tokens.border
    assert configured["redColor"] == tokens.bad
    assert configured["orangeColor"] == tokens.warn
    assert configured["greenColor"] == tokens.good
    assert configured["grayColor"] == tokens.muted
    assert tuple(configured["chartCategoricalColors"]) == tokens.series


def test_the_stylesheet_has_the_colours_of_the_tokens() -> None:
    variables = dict(re.findall(r"--tb-([a-z-]+): light-dark\((#\w+, #\w+)\)", STYLESHEET))
    for variable, colours in variables.items():
        field = variable.replace("-", "_")
        if field in TOKENS["light"].__slots__:
            light, dark = (getattr(TOKENS[name], field) for name in THEMES)
            assert colours == f"{light}, {dark}", variable


def test_the_stylesheet_addresses_no_generated_class() -> None:
    assert "emotion" not in STYLESHEET
    assert len(STYLESHEET) < 6_000


@pytest.mark.parametrize("name", THEMES)
def test_text_stands_out_from_the_page(name: ThemeType) -> None:
    tokens = TOKENS[name]
    for colour in (tokens.ink, tokens.muted, tokens.link, tokens.good, tokens.warn, tokens.bad):
        assert contrast(colour, tokens.background) >= 4.5
    for colour in (*tokens.series, tokens.other):
        assert contrast(colour, tokens.background) >= 3


def test_a_provider_has_the_same_colour_whoever_stands_beside_it() -> None:
    alone = provider_colours(["Google"], "light")
    together = provider_colours([*reversed(PROVIDERS), "Acme AI"], "light")
    assert alone["Google"] == together["Google"] == TOKENS["light"].series[2]
    assert together["Acme AI"] == TOKENS["light"].other


def test_series_colours_do_not_depend_on_the_order_and_never_repeat() -> None:
    names = ["chat", "search", "summaries", "CategorizationAgent", OTHER]
    expected = series_colours(names, "dark")
    assert expected[OTHER] == TOKENS["dark"].other
    assert len(set(expected.values())) == len(names)
    assert all(series_colours(order, "dark") == expected for order in permutations(names))


def test_a_name_keeps_its_colour_when_others_come_and_go() -> None:
    alone = series_colours(["search"], "light")
    assert series_colours(["chat", "search", "archive"], "light")["search"] == alone["search"]


def test_too_many_series_are_refused_rather_than_repeated() -> None:
    with pytest.raises(ValueError, match="merge the smallest into 'Other'"):
        series_colours([f"model {number}" for number in range(7)], "light")


def test_opacity_keeps_the_colour() -> None:
    assert theme.with_opacity("#3A60DC", 0.45) == "rgba(58,96,220,0.45)"


def contrast(one: str, other: str) -> float:
    """The WCAG 2.2 contrast ratio of two `#RRGGBB` colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start:end], 16) / 255 for start, end in pairwise((1, 3, 5, 7))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
