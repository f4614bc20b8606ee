"""How tariffs are sent and shown: plans in the words of their documents, exact decimals, prices as data."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from billing_core.api.conventions.amounts import DecimalText, ExactDocument
from billing_core.api.conventions.texts import CODE_LENGTH_MAX, GivenId, Line, Name, NewCode
from billing_core.api.routers.plans import ALLOWANCE, FEATURE, AllowanceTerms, DiscountTerms, FeatureGranted
from billing_core.domain.catalog import Feature
from billing_core.domain.plan_document import TRIAL_DAYS_MAX
from billing_core.domain.plans import LATE_USAGE_DAYS_MAX
from billing_core.domain.usage import COUNT_MAX

SEATS_MAX = 1_000_000
COMPONENTS_MAX = 200
CREDIT_VALUE = "0.10"
COMPONENT_SENT: dict[str, Any] = {
    "code": "report_agent",
    "new_feature": {"name": "Report agent", "description": "A report written from your data.", "unit": "report"},
    "allowance": {"quantity": 100},
    "price": {"kind": "per_unit", "amount": "0.25"},
    "beyond": "credits",
}
TARIFF_SENT: dict[str, Any] = {
    "name": "Basic Plan",
    "price_per_month": 99.99,
    "max_team_members": 5,
    "member_price": 19.99,
}
TARIFF: dict[str, Any] = {
    "code": "basic-plan",
    "name": "Basic Plan",
    "description": "",
    "is_active": True,
    "version": 1,
    "status": "published",
    "effective_from": "2026-11-20T12:00:00Z",
    "draft_version": None,
    "subscribers": 0,
    "currency": "USD",
    "price_per_month": "99.99",
    "price_per_year": None,
    "included_team_members": 1,
    "max_team_members": 5,
    "member_price": "19.99",
    "trial_days": 0,
    "credits_per_month": "0.00",
    "credit_value": "0.10",
    "rollover_credits_max": None,
    "late_usage": "closed_period",
    "late_usage_days": 3,
    "allowances": [ALLOWANCE],
    "components": [FEATURE],
    "discounts": [],
}
COMPONENT: dict[str, Any] = FEATURE | {"tariff": "basic-plan", "version": 2, "status": "published"}

Seats = Annotated[StrictInt, Field(ge=1, le=SEATS_MAX)]
Beyond = Literal["stop", "credits", "overage"]
LateUsage = Literal["closed_period", "this_period", "reject"]


class FeatureSent(BaseModel):
    """A feature that is not there yet, counted in `unit`s; with `max` an event reports a level (storage)."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Line = ""
    unit: Name = "call"
    display_unit: Name | None = None
    units_per_display_unit: Annotated[StrictInt, Field(ge=1, le=COUNT_MAX)] = 1
    aggregation: Literal["sum", "max"] = "sum"

    def feature(self, code: str) -> Feature:
        """The feature that is to be made."""
        return Feature(
            code=code,
            name=self.name,
            description=self.description,
            unit=self.unit,
            display_unit=self.display_unit or self.unit,
            units_per_display_unit=self.units_per_display_unit,
            aggregation=self.aggregation,
            is_active=True,
        )


class AllowanceSent(BaseModel):
    """What every month includes of one component; `unlimited` is a quantity too."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    quantity: Annotated[StrictInt, Field(ge=0, le=COUNT_MAX)] | Literal["unlimited"]
    measure: Literal["units", "tokens"] = "units"


class ComponentTerms(BaseModel):
    """How a tariff grants a feature and charges for it.

    `allowance` is one of the component's own, or the code of one the tariff has, shared with other components. `price`
    is any price as data, its `kind` one of flat, per_unit, per_token, graduated, volume, package, cost_plus and matrix.
    Without `beyond` use stops at the allowance where there is no price, and draws from credits where there is one.
    """

    model_config = ConfigDict(extra="forbid")

    allowance: AllowanceSent | GivenId | None = None
    price: ExactDocument | None = None
    beyond: Beyond | None = None
    minimum: DecimalText | None = Field(None, description="What its use in a period costs at least.")
    maximum: DecimalText | None = Field(None, description="What its use in a period costs at most.")

    def document(self) -> dict[str, Any]:
        """What was sent, as the plan's document has it."""
        return self.model_dump(exclude_unset=True, exclude={"code", "new_feature"}, exclude_none=False)


class ComponentSent(ComponentTerms):
    """A component to add; `new_feature` makes the feature where there is none of this code."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": COMPONENT_SENT})

    code: Annotated[NewCode, Field(description="Code of the feature.")]
    new_feature: FeatureSent | None = None


class ComponentChanged(ComponentTerms):
    """What changes of a component; what is left out stays as it is, and null takes it away."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"price": {"kind": "per_unit", "amount": "0.20"}}}
    )


class TariffTerms(BaseModel):
    """What a tariff costs and includes beside its components; null is none, and for team members no limit."""

    model_config = ConfigDict(extra="forbid")

    price_per_year: DecimalText | None = None
    included_team_members: Seats = 1
    max_team_members: Seats | None = Field(
        None, description="Left out without a `member_price` it is those included; null is no limit."
    )
    member_price: DecimalText | None = Field(None, description="A month of every member beyond those included.")
    trial_days: Annotated[StrictInt, Field(ge=0, le=TRIAL_DAYS_MAX)] = 0
    credits_per_month: DecimalText = "0"
    credit_value: DecimalText = Field(CREDIT_VALUE, description="The usage that one credit pays for.")
    rollover_credits_max: DecimalText | None = None
    late_usage: LateUsage = "closed_period"
    late_usage_days: Annotated[StrictInt, Field(ge=0, le=LATE_USAGE_DAYS_MAX)] = 3
    discounts: ExactDocument = Field(
        {}, description='By code, such as {"education": {"name": "Education", "percent": "30"}}.'
    )


class TariffSent(TariffTerms):
    """A tariff to create; without a `code` one is made of the name."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": TARIFF_SENT})

    name: Name
    price_per_month: DecimalText
    code: NewCode | None = None
    description: Line = ""
    currency: Annotated[str, Field(min_length=3, max_length=CODE_LENGTH_MAX)] = "USD"
    components: Annotated[list[ComponentSent], Field(max_length=COMPONENTS_MAX)] = []


class TariffChanged(TariffTerms):
    """What changes of a tariff; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"price_per_month": "89.99"}})

    name: Name | None = None
    description: Line | None = None
    is_active: StrictBool | None = None
    price_per_month: DecimalText = "0"


class Tariff(BaseModel):
    """A tariff as one of its versions says; amounts are exact decimals in `currency`."""

    model_config = ConfigDict(json_schema_extra={"example": TARIFF})

    code: str
    name: str
    description: str
    is_active: bool = Field(description="Whether it is sold; those who have it keep it all the same.")
    version: int
    status: Literal["draft", "published", "discarded"]
    effective_from: datetime | None
    draft_version: int | None = Field(description="The version that is being drafted, if there is one.")
    subscribers: int
    currency: str
    price_per_month: str
    price_per_year: str | None
    included_team_members: int
    max_team_members: int | None
    member_price: str | None
    trial_days: int
    credits_per_month: str
    credit_value: str
    rollover_credits_max: str | None
    late_usage: LateUsage
    late_usage_days: int
    allowances: list[AllowanceTerms]
    components: list[FeatureGranted]
    discounts: list[DiscountTerms]


class Component(FeatureGranted):
    """A component, and the version of the tariff that has it."""

    model_config = ConfigDict(json_schema_extra={"example": COMPONENT})

    tariff: str
    version: int
    status: Literal["draft", "published", "discarded"]
