"""No answer holds anything of an organization that the asker may not see."""

from billing_core.services.reporting.usage_filter import DIMENSIONS
from tests.adapters.warehouse.recording import EVERGREEN, NORTHWIND, OPENAI, Recording, everything


def test_another_organizations_rows_appear_in_no_answer(record: Recording) -> None:
    theirs = {"organization_id": EVERGREEN, "feature": "search", "member_id": "mem_li", "department_id": "dep_lending"}
    record.add(
        {**OPENAI, "member_id": "mem_dana"},
        {**theirs, "provider": "secret", "model": "secret-1", "balance_nanos": 1, "latency_ms": 9, "is_error": 1},
    )
    record.sync()
    mine = everything(organization_ids=frozenset({NORTHWIND}))
    asked = record.warehouse
    assert asked.totals(mine).calls == 1
    assert asked.totals(mine.only("organization", EVERGREEN)).calls == 0
    assert asked.totals(mine.only("member", "mem_li")).calls == 0
    for dimension in DIMENSIONS:
        shown = [row.key for row in asked.breakdown(mine, dimension)]
        assert len(shown) == 1
        assert {point.key for point in asked.series(mine, "day", dimension)} == set(shown)
        known = asked.names(dimension, mine.organization_ids)
        assert not known.keys() & {EVERGREEN, "mem_li", "dep_lending", "secret", "secret-1"}
    assert asked.breakdown(mine, "model", limit=0)[0].measures.calls == 1
    assert sum(hour.measures.calls for hour in asked.weekday_hour(mine)) == 1
    assert asked.unpriced(mine) == []
    assert {usage.organization_id for usage in asked.usage_totals_by_organization_feature_model(mine)} == {NORTHWIND}
    with asked.export_events(mine) as reader:
        assert set(reader.read_all()["organization_id"].to_pylist()) == {NORTHWIND}


def test_who_may_see_no_organization_sees_nothing(record: Recording) -> None:
    record.add({}, {})
    record.sync()
    nobody = everything(organization_ids=frozenset[str]())
    assert record.warehouse.totals(nobody).calls == 0
    assert record.warehouse.names("organization", frozenset()) == {}
    assert record.warehouse.names("provider", frozenset()) == {}
