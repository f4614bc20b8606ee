"""The golden bodies: what a provider answers, who is said to have answered, and what must be read out of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing_core.domain.usage import COUNTS
from billing_core.services.metering.metered_call import MeteredCall

FOLDER = Path(__file__).with_name("bodies")


@dataclass(frozen=True, slots=True)
class Golden:
    """One file: `provider` and `model` are what the caller says, None where the body must tell."""

    name: str
    body: dict[str, Any]
    provider: str | None
    model: str | None
    expected: dict[str, Any]


def golden(name: str) -> Golden:
    """The golden body of that name."""
    document = json.loads((FOLDER / f"{name}.json").read_text())
    return Golden(name, document["body"], document.get("provider"), document.get("model"), document["expected"])


def all_golden() -> list[Golden]:
    """Every golden body there is."""
    return [golden(file.stem) for file in sorted(FOLDER.glob("*.json"))]


def told(call: MeteredCall) -> dict[str, Any]:
    """A call as the golden files write it: counts that are not zero, and what else is not as it is by default."""
    counts = {name: getattr(call.quantities, name) for name in COUNTS if name != "units"}
    told: dict[str, Any] = {"provider": call.provider, "model": call.model}
    told |= {name: count for name, count in counts.items() if count}
    told |= {name: value for name in ("service_tier", "response_id", "latency_ms") if (value := getattr(call, name))}
    if call.reported_cost is not None:
        told["reported_cost"] = f"{call.reported_cost.decimal_text} {call.reported_cost.currency}"
    if call.is_error:
        told["is_error"] = True
    kept = {name: value for name, value in call.properties.items() if name != "usage"}
    return told | ({"kept": kept} if kept else {})
