"""The end of a period: what a feature still costs, or gets back, beyond what its uses were charged."""

from billing_core.domain.plans import FeatureTerms
from billing_core.domain.prices import Volume, cumulative_nanos


def true_up(terms: FeatureTerms, units: int, spent_nanos: int, *, discount_basis_points: int = 0) -> int:
    """Nanos of the price's currency to charge at the end of a period, below zero to give back.

    `units` is how many units were priced in the period and `spent_nanos` what was charged for them. A volume price
    comes down to what all units cost in the tier they reached. The maximum holds, and the minimum is due even where
    nothing was used.
    """
    due_nanos = spent_nanos
    if isinstance(terms.price, Volume):
        due_nanos = cumulative_nanos(terms.price, units, discount_basis_points)
    if terms.minimum is not None:
        due_nanos = max(due_nanos, terms.minimum.nanos)
    if terms.maximum is not None:
        due_nanos = min(due_nanos, terms.maximum.nanos)
    return due_nanos - spent_nanos
