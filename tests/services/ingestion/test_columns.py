"""Which column holds what: the mapping first, then our names, then names in use elsewhere."""

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.services.ingestion.columns import ALIASES, COLUMNS, check_columns, lay_out


def test_names_of_others_are_known_whatever_their_case_and_punctuation():
    layout = lay_out(("TIMESTAMP", "ContextTokens", "GeneratedTokens", "Note"), {})
    assert layout.time == 0
    assert layout.counts == [("input_tokens", 1), ("output_tokens", 2)]
    assert layout.unused == ["Note"]


def test_our_own_name_wins_over_an_alias_and_the_mapping_over_both():
    names = ("prompt_tokens", "input_tokens", "mine", "time")
    assert lay_out(names, {}).counts == [("input_tokens", 1)]
    assert lay_out(names, {"input_tokens": "mine"}).counts == [("input_tokens", 2)]


def test_a_column_that_was_mapped_is_not_taken_for_anything_else():
    layout = lay_out(("timestamp", "created_at"), {"id": "timestamp"})
    assert (layout.id, layout.time) == (0, 1)


def test_a_mapped_count_that_a_row_lacks_is_missing_rather_than_zero():
    assert lay_out(("time",), {"input_tokens": "in", "model": "m"}).missing == ["input_tokens"]


def test_no_alias_means_two_columns():
    aliases = [alias.replace("_", "").replace(".", "") for names in ALIASES.values() for alias in names]
    assert sorted(aliases) == sorted(set(aliases) - {name.replace("_", "") for name in COLUMNS})


@pytest.mark.parametrize(
    ("mapping", "field", "message"),
    [
        (
            {"input_tokens": "Conext"},
            "columns.input_tokens",
            "no column 'Conext'.*: time, Context. Did you mean Context",
        ),
        ({"imput_tokens": "Context"}, "columns", "'imput_tokens' cannot be mapped.*Did you mean input_tokens"),
        ({"id": "time"}, "columns.time", "No column holds the time.*: time, Context"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused_with_its_columns(
    mapping: dict[str, str], field: str, message: str
):
    with pytest.raises(InvalidInput, match=message) as refused:
        check_columns(("time", "Context"), mapping, has_feature=True)
    assert refused.value.field == field


def test_a_file_must_say_the_feature_where_no_option_does():
    with pytest.raises(InvalidInput, match="which feature was used") as refused:
        check_columns(("time",), {}, has_feature=False)
    assert refused.value.field == "feature"
    assert check_columns(("time", "Feature"), {}, has_feature=False).texts == [("feature", 1)]
