"""The guards of tests/conftest.py: the suite reaches only loopback and ignores the settings of whoever runs it."""

import os
import socket
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_call_to_the_outside_world_fails_the_test(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(pytest.fail.Exception, match="nothing but loopback"):
        outward.connect((address, 80))


def test_a_server_on_loopback_can_be_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_runtime_files_of_the_suite_stay_out_of_the_data_folder() -> None:
    assert not Path(os.environ["BILLING_DATA_DIR"]).is_relative_to(Path(__file__).parents[2])
