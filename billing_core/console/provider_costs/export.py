"""The page as a file: a row per provider and model, exact."""

import pandas as pd

from billing_core.console.components import export_menu
from billing_core.console.provider_costs.view import CostView
from billing_core.domain.money import to_decimal


def costs_export(view: CostView) -> None:
    """The menu; everything the page adds up for the days shown."""
    days = view.question.days.current
    name = f"provider-costs-{days.first.isoformat()}-{days.last.isoformat()}"
    export_menu(name, lambda: cost_figures(view), rows=len(view.models), key="costs_export")


def cost_figures(view: CostView) -> pd.DataFrame:
    """Amounts as Decimal in a column per currency; provider and model are empty for usage that names none."""
    codes = view.movement.current.currencies
    return pd.DataFrame(
        [
            {
                "provider": item.provider or "",
                "model": item.model or "",
                "calls": now.calls,
                "errors": now.errors,
                "input_tokens": now.input_tokens,
                "llm_tokens": now.llm_tokens,
                "output_tokens": now.output_tokens,
                "cache_read_tokens": now.cache_read_tokens,
                "cache_write_tokens": now.cache_write_tokens,
                "reasoning_tokens": now.reasoning_tokens,
                "unpriced_calls": now.unpriced_calls,
                "unpriced_tokens": now.unpriced_tokens,
                **{f"revenue_{code}": to_decimal(now.revenue(code).nanos) for code in codes},
                **{f"provider_cost_{code}": to_decimal(now.provider_cost(code).nanos) for code in codes},
            }
            for item in view.models
            for now in [item.line.current]
        ]
    )
