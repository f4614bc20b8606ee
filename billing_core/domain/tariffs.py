"""What a plan version says of one feature, looked up once: the terms that decide what a use of it costs."""

from typing import NamedTuple

from billing_core.domain.plans import Allowance, Beyond, PlanVersion
from billing_core.domain.prices import PriceModel, Use, is_cumulative, price_nanos


class Tariff(NamedTuple):
    """The terms of a feature for those with a plan version and perhaps one of its discounts.

    `looks_back` says that a price depends on what the feature was used for before in the period.
    """

    plan_version_id: str
    discount: str | None
    discount_basis_points: int
    allowance_name: str | None
    allowance: Allowance | None
    price: PriceModel | None
    price_currency: str
    maximum_nanos: int | None
    beyond: Beyond
    looks_back: bool
    credit_value_nanos: int

    def price_nanos(self, use: Use, *, measured: int, included: int) -> int:
        """The price of what the allowance did not cover of a use, in `price_currency`; what used nothing costs nothing.

        Says in `use` which part of it is to be paid.
        """
        quantities, allowance = use.quantities, self.allowance
        if self.price is None:
            return 0
        whole = quantities.units if allowance is None else allowance.measured(quantities)
        if whole:
            if measured == included:
                use.part = 0
                return 0
            if allowance is not None:
                use.part, use.whole = measured - included, whole
        elif not (quantities.units or quantities.tokens):
            use.part = 0
            return 0
        nanos = price_nanos(self.price, use)
        if self.maximum_nanos is not None:
            return min(nanos, max(self.maximum_nanos - use.spent_before_nanos, 0))
        return nanos


def tariff_of(version: PlanVersion, feature: str, discount: str | None) -> Tariff:
    """The tariff of a feature; FeatureNotIncluded when the plan does not have it."""
    plan = version.terms
    terms = plan.feature(feature)
    price = terms.price
    return Tariff(
        plan_version_id=version.id,
        discount=discount,
        discount_basis_points=plan.discount_basis_points(discount, feature),
        allowance_name=terms.allowance,
        allowance=plan.allowances[terms.allowance] if terms.allowance else None,
        price=price,
        price_currency=plan.currency if price is None else price.currency,
        maximum_nanos=None if terms.maximum is None else terms.maximum.nanos,
        beyond=terms.beyond,
        looks_back=price is not None
        and (is_cumulative(price) or terms.minimum is not None or terms.maximum is not None),
        credit_value_nanos=plan.credit_value.nanos,
    )
