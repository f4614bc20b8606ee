"""For every house rule: files that break it, the place it must name, and the same files mended."""

from collections.abc import Mapping
from dataclasses import dataclass

Files = Mapping[str, str]

LONG_BODY = "    x = 1\n" * 70
DECISION = "# 1. Title\n\n## Context\n\n## Decision\n\n## Consequences\n\n## Alternatives\n"
PINS = "# -----------------------------------------\nrequests==2.34.2\n"


@dataclass(frozen=True)
class Fault:
    """What is planted, where the rule must point (`path:line`), and what it must accept instead."""

    planted: Files
    place: str
    mended: Files


def _in(path: str, broken: str, place: int, mended: str) -> Fault:
    return Fault({path: broken}, f"{path}:{place}", {path: mended})


SERVICE = "billing_core/services/charging/charge.py"
PAGE = "pages/revenue.py"
TEST = "tests/services/test_charge.py"

FAULTS: dict[str, Fault] = {
    "files_stay_short": Fault({PAGE: "x = 1\n" * 81}, f"{PAGE}:81", {PAGE: "x = 1\n" * 80, SERVICE: "x = 1\n" * 300}),
    "functions_stay_short": _in(SERVICE, f"def charge():\n{LONG_BODY}", 1, f"def charge():\n{LONG_BODY[10:]}"),
    "names_say_what_is_inside": Fault(
        {"billing_core/console/utils/dates.py": ""}, "billing_core/console/utils/dates.py:1", {SERVICE: ""}
    ),
    "modules_say_what_they_are_for": _in(SERVICE, '"""charging"""\n', 1, '"""Charges a batch of events."""\n'),
    "public_functions_are_documented": _in(
        SERVICE, "def charge(): ...\n", 1, 'def charge():\n    """Charge."""\n\n\ndef _price(): ...\n'
    ),
    "nothing_is_left_for_later": _in("docs/architecture.md", "# Money\nTODO write\n", 2, "# Money\nWritten.\n"),
    "no_path_belongs_to_one_machine": _in(
        "Makefile", "run:\n\tcd /home/somebody/tollbooth\n", 2, "run:\n\tcd ~/work/tollbooth\n"
    ),
    "the_domain_needs_only_python": _in(
        "billing_core/domain/prices.py",
        "import decimal\nfrom pydantic import BaseModel\n",
        2,
        "import decimal\nfrom billing_core.domain import money\n",
    ),
    "pages_import_only_the_console": _in(
        PAGE, "from billing_core import sdk\n", 1, "import streamlit as st\nfrom billing_core.console import queries\n"
    ),
    "requirements_are_exact": _in(
        "requirements.txt", "streamlit==1.67.0\nstripe>=16\n", 2, "ibis-framework[duckdb]==12.0.0  # analytics\n"
    ),
    "what_is_imported_is_required": Fault(
        {SERVICE: "import json\nimport requests\n", "requirements.txt": PINS},
        f"{SERVICE}:2",
        {SERVICE: "import json\nimport requests\n", "requirements.txt": f"requests==2.34.2\n{PINS}"},
    ),
    "amounts_are_never_floats": Fault(
        {SERVICE: "def charge(price):\n    return round(price, 2)\n"},
        f"{SERVICE}:2",
        {"billing_core/console/charts/bars.py": "height = float(3)\n"},
    ),
    "cents_are_made_in_one_place": _in(SERVICE, "cents = price * 100\n", 1, "level = threshold * PERCENT\n"),
    "nanos_are_divided_exactly": _in(
        SERVICE, "each = entry.amount_nanos / 3\n", 1, "each = divide_half_even(entry.amount_nanos, 3)\n"
    ),
    "columns_hold_exact_numbers": _in(
        "billing_core/adapters/database/schema/usage.py",
        "from sqlalchemy import (\n    BigInteger,\n    Numeric,\n)\n",
        3,
        "from sqlalchemy import BigInteger\n",
    ),
    "services_never_commit": Fault(
        {SERVICE: "def charge(unit):\n    unit.commit()\n"},
        f"{SERVICE}:2",
        {"billing_core/adapters/database/unit_of_work.py": "def end(unit):\n    unit.commit()\n"},
    ),
    "queries_live_in_adapters": Fault(
        {SERVICE: '"""Charge."""\nSQL = "SELECT id FROM usage_event "\n'},
        f"{SERVICE}:2",
        {SERVICE: 'HELP = "Select a plan from the list"\n', "billing_core/adapters/x.py": "import sqlalchemy\n"},
    ),
    "relationships_never_load_by_themselves": _in(
        "billing_core/adapters/database/model.py",
        'lines = relationship("Line", lazy="select")\n',
        1,
        'lines = relationship("Line", lazy="raise")\n',
    ),
    "pages_guard_themselves": _in(
        PAGE,
        '"""Revenue."""\nimport streamlit as st\n\nst.title("Revenue")\nwho = require(Permission.READ)\n',
        4,
        '"""Revenue."""\nimport streamlit as st\n\nwho = require(Permission.READ)\nst.title("Revenue")\n',
    ),
    "pages_are_thin": _in(
        PAGE, "who = require(READ)\nrows.groupby('day')\n", 2, "who = require(READ)\nkpi_row(queries.totals(who))\n"
    ),
    "caches_live_with_the_queries": Fault(
        {PAGE: "who = require(READ)\n@st.cache_data\ndef rows(): ...\n"},
        f"{PAGE}:2",
        {"billing_core/console/queries.py": "@st.cache_data(max_entries=64)\ndef rows(scope): ...\n"},
    ),
    "fragments_ask_who_is_looking": _in(
        "billing_core/console/overview/trend.py",
        "@st.fragment\ndef trend_card(view): ...\n",
        1,
        "@guarded_fragment\ndef trend_card(view): ...\n",
    ),
    "charts_and_formats_know_no_streamlit": _in(
        "billing_core/console/charts/bars.py", "import streamlit as st\n", 1, "import plotly.graph_objects as go\n"
    ),
    "screens_speak_plainly": _in(
        PAGE, "who = require(READ)\nst.write(who)\n", 2, 'who = require(READ)\nst.title("Revenue – 2 × 3")\n'
    ),
    "tests_never_sleep": _in(TEST, "import time\ntime.sleep(1)\n", 2, "expect(row).to_be_visible()\n"),
    "tests_assert_something": _in(
        TEST, "def test_x():\n    assert balance == 0 or True\n", 2, "def test_x():\n    assert balance == 0 or debt\n"
    ),
    "test_names_are_sentences": _in(
        TEST, "def test_charge(): ...\n", 1, "def test_charging_twice_moves_money_once(): ...\n"
    ),
    "tests_use_fakes_not_mocks": _in(
        TEST, "from unittest.mock import Mock\n", 1, "from tests.fakes import FakeGateway\n"
    ),
    "decisions_say_why_and_what_else": _in(
        "docs/decisions/0001-money.md", DECISION.replace("## Alternatives", "## Others"), 1, DECISION
    ),
    "decisions_are_numbered_once": Fault(
        {"docs/decisions/0001-money.md": DECISION, "docs/decisions/0001-time.md": DECISION},
        "docs/decisions/0001-money.md:1",
        {"docs/decisions/0001-money.md": DECISION, "docs/decisions/0002-time.md": DECISION},
    ),
}
