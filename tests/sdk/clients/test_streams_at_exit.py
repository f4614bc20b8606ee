"""A process that ends in the middle of its streams."""

import subprocess
import sys

from billing_core.settings import ROOT
from tests.sdk.recorded import recorded

SCRIPT = """
import sys
from openai import OpenAI
from billing_core.sdk import billing_context
from billing_core.sdk.clients import billed_openai
from tests.sdk.clients.model_server import ModelServer

messages = [{"role": "user", "content": "Hello there"}]
with billing_context(organization=sys.argv[1]):
    for is_enforcing in (True, False):
        client = OpenAI(api_key="sk", http_client=ModelServer().client())
        chats = billed_openai(client, feature="chat", is_enforcing=is_enforcing).chat.completions
        stream = chats.create(model="gpt-4o", messages=messages, stream=True, max_tokens=100)
        next(stream)
        globals()[f"kept_{is_enforcing}"] = stream
"""


def test_a_process_that_ends_while_it_reads_is_charged_for_what_arrived(buyer: str) -> None:
    command = [sys.executable, "-c", SCRIPT, buyer]
    subprocess.run(command, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
    assert [event["output_tokens"] for event in recorded()] == [4, 4]
    assert all(event["properties"]["is_partial"] for event in recorded())
