"""Exported events are the recorded ones, with names and exact decimals."""

from decimal import Decimal

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.services.reporting.export_columns import EXPORT_COLUMNS
from tests.adapters.warehouse.recording import NOW, OPENAI, Recording, everything


def test_exported_events_carry_names_and_exact_decimals(record: Recording) -> None:
    record.add(
        {
            **OPENAI,
            "member_id": "mem_dana",
            "department_id": "dep_research",
            "api_key_id": "key_one",
            "price_nanos": 2**63 - 1,
            "balance_nanos": 1,
            "provider_cost_nanos": 30_000,
            "properties": '{"a":1}',
        },
        {"member_id": "mem_gone"},
    )
    record.sync()
    with record.warehouse.export_events(everything()) as reader:
        table = reader.read_all()
    assert tuple(table.column_names) == EXPORT_COLUMNS
    first, second = table.to_pylist()
    assert first["price"] == Decimal("9223372036.854775807")
    assert first["balance"] == Decimal("0.000000001")
    assert first["provider_cost"] == Decimal("0.00003")
    assert second["provider_cost"] is None
    named = ("organization_name", "department_name", "member_name", "api_key_name", "feature_name", "plan_version_name")
    assert [first[name] for name in named] == [
        "Northwind AI",
        "Research",
        "Dana Ruiz",
        "Production",
        "Chat",
        "Starter 1",
    ]
    assert (second["member_name"], second["department_name"]) == ("mem_gone", None)
    assert first["occurred_at"] == NOW


def test_an_export_gives_the_columns_asked_for_and_refuses_unknown_ones(record: Recording) -> None:
    record.add({"balance_nanos": 5}, {"balance_nanos": 6})
    record.sync()
    with record.warehouse.export_events(everything(), ["balance", "id", "member_name", "member_id"]) as reader:
        assert reader.read_all().to_pylist()[1] == {
            "balance": Decimal("0.000000006"),
            "id": "evt_000001",
            "member_name": None,
            "member_id": None,
        }
    with (
        pytest.raises(InvalidInput, match="'payload_hash' is no column") as refused,
        record.warehouse.export_events(everything(), ["payload_hash"]),
    ):
        pass
    assert refused.value.field == "columns"
