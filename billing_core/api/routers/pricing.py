"""GET /subscription/pricing: what providers charge for each model, for everybody to read."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.authentication import count_visitor
from billing_core.api.conventions.etags import tagged
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import PRINTABLE
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.request_facts import facts_of
from billing_core.api.conventions.route import Route
from billing_core.api.routers.plans import TAGGED
from billing_core.domain.clock import from_micros
from billing_core.domain.identity import Permission
from billing_core.domain.provider_prices import ProviderPrice, TokenKind
from billing_core.services.catalog.prices_in_force import PricedModel, prices_in_force

router = APIRouter(prefix="/subscription", tags=["Subscription"], route_class=Route)
Name = Annotated[str | None, Query(max_length=200, pattern=PRINTABLE, description="Only of this, as it is listed.")]
# Where a source gives no date for its first price, it holds from here on.
_BEGINNING = from_micros(0)
_PRICE: dict[str, Any] = {
    "token_kind": "input",
    "service_tier": "standard",
    "input_tokens_over": 0,
    "per_million_tokens": "30.00",
    "per_token": "0.00003",
    "effective_from": "2023-06-13T00:00:00Z",
    "effective_until": None,
    "source": "catalogue",
    "source_version": "2023-01-01",
}
_MODEL: dict[str, Any] = {"provider": "openai", "model": "gpt-4", "currency": "USD", "prices": [_PRICE]}


class TokenPrice(BaseModel):
    """What tokens of one kind cost, exactly. Kinds without a price cost what the kind they are part of costs.

    With `input_tokens_over` it holds for calls with more input than that, a band above the one before.
    """

    model_config = ConfigDict(json_schema_extra={"example": _PRICE})

    token_kind: TokenKind
    service_tier: str
    input_tokens_over: int
    per_million_tokens: str
    per_token: str
    effective_from: datetime | None = Field(description="Null: since ever.")
    effective_until: datetime | None = Field(description="Null: until the provider changes it.")
    source: str
    source_version: str


class ModelPrices(BaseModel):
    """A model and its prices in force; none where they have ended or are still to come."""

    model_config = ConfigDict(json_schema_extra={"example": _MODEL})

    provider: str
    model: str
    currency: str | None
    prices: list[TokenPrice]


@router.get(
    "/pricing",
    summary="What providers charge for models",
    response_model=Page[ModelPrices],
    responses=TAGGED | error_answers(401, 422, 429),
    dependencies=[Depends(count_visitor)],
)
def pricing(
    request: Request, application: App, asked: PageAsked, provider: Name = None, model: Name = None
) -> Response:
    """Providers' prices in force, by provider and model. Everybody may read the public list, without a key.

    One model is found by the names that calls report it by too, such as one with a date.

    Operators are told prices that were set by hand too, such as agreed ones, in place of those on the list.
    """
    place = asked.place(2)
    caller = facts_of(request.scope).caller
    sees_cost = caller is not None and caller.scope_of(Permission.READ_PROVIDER_COST).organization_ids is None
    with application.read() as uow:
        found = prices_in_force(
            uow,
            application.clock.now(),
            provider=provider,
            model=model,
            after=None if place is None else (place[0], place[1]),
            count_max=asked.limit + 1,
            with_overrides=sees_cost,
        )
    return tagged(request, asked.page(found, lambda item: (item.provider, item.model), _model_prices))


def _model_prices(item: PricedModel) -> ModelPrices:
    return ModelPrices(
        provider=item.provider,
        model=item.model,
        currency=item.prices[0].currency if item.prices else None,
        prices=[token_price(price) for price in item.prices],
    )


def token_price(price: ProviderPrice) -> TokenPrice:
    """The price as it is shown."""
    return TokenPrice(
        token_kind=price.token_kind,
        service_tier=price.service_tier,
        input_tokens_over=price.input_tokens_over,
        per_million_tokens=price.per_mtok_text,
        per_token=price.per_token_text,
        effective_from=None if price.effective_from <= _BEGINNING else price.effective_from,
        effective_until=price.effective_until,
        source=price.source,
        source_version=price.source_version,
    )
