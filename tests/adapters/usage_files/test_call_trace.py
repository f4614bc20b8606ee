"""The shipped trace is the published one: number of calls, tokens and length."""

from pathlib import Path

from billing_core.adapters.usage_files.call_trace import read_call_trace

TRACE = Path(__file__).parents[3] / "data" / "demo" / "azure_llm_trace.csv.gz"


def test_the_shipped_trace_has_the_calls_and_tokens_of_the_original():
    calls = read_call_trace(TRACE)
    assert len(calls) == 19_366
    assert sum(call.input_tokens for call in calls) == 22_361_870
    assert sum(call.output_tokens for call in calls) == 4_088_665
    assert sum(call.gap_micros for call in calls) == 3_501_721_937
    assert (calls[0].input_tokens, calls[0].output_tokens) == (374, 44)
