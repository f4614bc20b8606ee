"""The API alone, as `uvicorn billing_core.api.main:app --workers 2` serves it."""

import json
import os
import socket
import subprocess
import sys

import httpx

from billing_core.settings import ROOT
from tests.product import Product

HOST = "127.0.0.1"
WORKERS = 2


def test_two_workers_answer_and_write_a_line_for_every_request(product: Product) -> None:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "billing_core.api.main:app", "--host", HOST, "--port", str(port)]
    with subprocess.Popen(
        [*command, "--workers", str(WORKERS)],
        cwd=ROOT,
        env={**os.environ, **product.environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        lines: list[str] = []
        try:
            while sum("Application startup complete" in line for line in lines) < WORKERS:
                lines.append(server.stderr.readline())
                assert lines[-1], "the server ended"
            with httpx.Client(base_url=f"http://{HOST}:{port}") as client:
                assert client.get("/api/health/ready").json() == {"status": "ok"}
                assert client.get("/api/v1/billing/balance").status_code == 401
        finally:
            server.terminate()
        lines += server.stderr.read().splitlines()
        assert server.wait() == 0
    assert [json.loads(line)["status"] for line in lines if line.startswith("{")] == [200, 401]
    assert not [line for line in lines if "Traceback" in line]
