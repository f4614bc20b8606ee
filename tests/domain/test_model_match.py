"""Finding the model that a reported name means."""

from typing import Any

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.model_match import find_model, matches, sellers_of


@pytest.mark.parametrize(
    ("clause", "hit", "miss"),
    [
        ({"equals": "GPT-4"}, "gpt-4", "gpt-4o"),
        ({"starts_with": "gpt-4-"}, "GPT-4-0613", "gpt-4"),
        ({"ends_with": "-latest"}, "mistral-large-latest", "latest-mistral"),
        ({"contains": "sonnet"}, "claude-3-sonnet-v2", "claude-3-opus"),
        ({"regex": "^o[134]"}, "o3-mini", "gpt-o3"),
        ({"or": [{"equals": "a"}, {"equals": "b"}]}, "b", "c"),
        ({"and": [{"contains": "a"}, {"contains": "b"}]}, "ab", "a"),
    ],
)
def test_a_clause_takes_the_names_it_means_and_no_others(clause: dict[str, Any], hit: str, miss: str) -> None:
    assert matches(clause, hit)
    assert not matches(clause, miss)


def test_a_clause_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'like' is not a kind"):
        matches({"like": "x"}, "x")


def test_a_compact_date_finds_the_model_with_dashes() -> None:
    assert find_model("gpt-5.2-20251211", {"gpt-5.2": {"equals": "gpt-5.2-2025-12-11"}}) == "gpt-5.2"
    assert find_model("gpt-5.2-20259911", {"gpt-5.2": {"equals": "gpt-5.2-2025-99-11"}}) is None


def test_a_reseller_is_asked_before_the_makers_it_resells() -> None:
    assert sellers_of("Azure.AI.OpenAI")[:2] == ("azure", "openai")
    assert sellers_of("openai") == ("openai",)
