"""What importing the package brings with it."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "duckdb", "stripe", "streamlit", "pandas", "pyarrow", "pydantic", "fastapi", "asyncio")


def test_importing_the_package_loads_no_database_no_web_framework_and_nothing_of_the_kind() -> None:
    code = f"import sys, billing_core.sdk; print([name for name in {HEAVY!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
