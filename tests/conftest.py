"""What holds for every suite: repeatable properties, a clean environment, and no way out but loopback."""

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import settings

from tests import databases

# `HYPOTHESIS_PROFILE=search` looks for new counter-examples; the build must give the same answer twice.
settings.register_profile("build", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "build"))

OF_THE_PRODUCT = ("BILLING_", "STRIPE_", "SMTP_", "DATABASE_URL", "WAREHOUSE_URL", "TOLLBOOTH_URL", "TOLLBOOTH_API_KEY")


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The settings of whoever runs the suite stay out of it, and nothing is written to their data folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OF_THE_PRODUCT)]:
            patch.delenv(name)
        patch.setenv("BILLING_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Suites that are about the books run on both databases."""
    if "database_kind" in metafunc.fixturenames:
        kinds = databases.kinds(metafunc.definition.path)
        metafunc.parametrize("database_kind", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def database_kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the tests of a module: sqlite or postgresql."""
    with databases.working_on(request.param):
        yield request.param


@pytest.fixture(autouse=True)
def databases_of_one_test() -> Iterator[None]:
    """What a test makes on PostgreSQL goes with it; what its module made stays for the others."""
    with databases.gone_afterwards():
        yield


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """A test that would call the outside world fails at the call, on every machine alike."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            pytest.fail(f"A test called {address[0]}: the suite may use nothing but loopback.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
