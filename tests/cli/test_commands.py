"""The command line, as a person and as a script would use it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from billing_core.bootstrap.application import application
from billing_core.cli.main import main
from tests.product import a_product

ROWS = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:50.9951690,396,109
"""
BROKEN_ROWS = """2023-11-16 18:16:00,-1,5
2023-11-16 18:16:01,1.5,5
2023-11-16 18:16:02,7,5
"""


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    a_product(tmp_path / "data").hand_over(monkeypatch)
    yield
    application().close()
    application.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def answer(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def refusal(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 1
    return json.loads(result.stdout.splitlines()[-1])["error"]


def test_a_trace_is_taken_in_once_priced_exactly_and_the_books_are_in_order(tmp_path: Path) -> None:
    (tmp_path / "trace.csv").write_text(ROWS)
    answer("organization", "create", "Acme")
    words = ("ingest", str(tmp_path / "trace.csv"), "--organization", "Acme", "--feature", "chat")
    words += ("--provider", "openai", "--model", "gpt-4")
    first, second = answer(*words), answer(*words)
    assert (first["accepted"], first["duplicates"], first["rejected"], first["unpriced"]) == (3, 0, 0, 0)
    assert first["provider_cost"] == {"USD": "0.0507"}
    assert (second["accepted"], second["duplicates"], second["provider_cost"]) == (0, 3, {"USD": "0.00"})
    assert answer("verify") == {"ok": True, "findings": []}


def test_a_broken_row_is_named_and_the_others_go_in(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(ROWS + BROKEN_ROWS)
    answer("organization", "create", "Acme")
    summary = answer("ingest", str(tmp_path / "calls.csv"), "--organization", "Acme", "--feature", "chat")
    assert (summary["accepted"], summary["rejected"]) == (4, 2)
    assert [(item["position"], item["field"]) for item in summary["rejections"]] == [
        (5, "input_tokens"),
        (6, "input_tokens"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("--organization", "Nobody"), "organization"),
        (("--feature", "chatt"), "feature"),
        (("--provider", "openai", "--model", "gpt-four"), "model"),
        (("--model", "gpt-4"), "provider"),
        (("--columns", "time"), "columns"),
        (("--columns", "time=When"), "columns"),
        (("--time-zone", "Mars"), "time_zone"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(tmp_path: Path, change: tuple[str, ...], field: str) -> None:
    (tmp_path / "trace.csv").write_text(ROWS)
    answer("organization", "create", "Acme")
    options = {"--organization": "Acme", "--feature": "chat"} | dict(zip(change[::2], change[1::2], strict=True))
    error = refusal("ingest", str(tmp_path / "trace.csv"), *(word for pair in options.items() for word in pair))
    assert error["field"].startswith(field)
    with application().database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM usage_event").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM dead_letter").scalar() == 0


def test_verify_names_the_row_that_was_broken_by_hand() -> None:
    organization = answer("organization", "create", "Acme")
    with application().database.write() as connection:
        connection.exec_driver_sql("UPDATE wallet SET posted_nanos = posted_nanos + 1 WHERE currency = 'CREDITS'")
    result = run("verify")
    assert result.exit_code == 1
    assert f"wallet {organization['id']}" in result.output


def test_people_and_keys_are_made_and_secrets_are_told_once() -> None:
    answer("organization", "create", "Acme", "--plan", "team")
    member = answer(
        "member", "create", "owner@acme.test", "--organization", "Acme", "--name", "Olive", "--role", "owner"
    )
    staff = answer("staff", "create", "ada@tollbooth.test", "--name", "Ada", "--password", "correct horse battery")
    key = answer("api-key", "create", "Product", "--organization", "Acme")
    assert len(member["password"]) >= 12
    assert "password" not in staff
    assert key["secret"].startswith("tbk_")
    with application().database.read() as connection:
        stored = connection.exec_driver_sql("SELECT * FROM api_key").mappings().one()
    assert key["secret"] not in map(str, stored.values())


def test_a_key_charges_and_reads_unless_it_is_told_more() -> None:
    answer("organization", "create", "Acme")
    assert answer("api-key", "create", "Product", "--organization", "Acme")["scopes"] == ["charge", "read"]
    words = ("api-key", "create", "Scripts", "--operator", "--scope", "manage", "--scope", "read")
    made = answer(*words)
    with application().read() as uow:
        key = uow.organizations.api_key(made["id"])
    assert key is not None
    assert (key.organization_id, made["scopes"]) == (None, ["manage", "read"])


@pytest.mark.parametrize("words", [(), ("--operator", "--organization", "Acme")])
def test_a_key_is_either_an_organizations_or_an_operators(words: tuple[str, ...]) -> None:
    answer("organization", "create", "Acme")
    assert refusal("api-key", "create", "Product", *words)["field"] == "organization"


def test_the_same_name_twice_is_refused() -> None:
    answer("organization", "create", "Acme")
    assert refusal("organization", "create", "Acme")["field"] == "name"
    assert refusal("organization", "create", "Other", "--plan", "gold")["code"] == "not_found"


@pytest.mark.parametrize("group", [[], ["organization"], ["member"], ["staff"], ["api-key"], ["warehouse"], ["ingest"]])
def test_every_command_explains_itself(group: list[str]) -> None:
    assert run(*group, "--help").exit_code == 0
