"""A command says what it was asked for and nothing else, to its very end."""

import os
import subprocess
import sys
from pathlib import Path

from tests.product import a_product

ROOT = Path(__file__).parents[2]


def test_a_command_ends_without_noise(tmp_path: Path) -> None:
    product = a_product(tmp_path)
    product.organization("Acme")
    product.close()
    words = ["api-key", "create", "Crawler", "--organization", "Acme"]
    ended = subprocess.run(
        [sys.executable, "-m", "billing_core", *words],
        cwd=ROOT,
        env=os.environ | product.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    assert "tbk_" in ended.stdout
