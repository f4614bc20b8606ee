"""python -m billing_core prices: what providers charge, and what calls have cost."""

from collections.abc import Sequence
from typing import Annotated

import typer

from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.bootstrap import application
from billing_core.cli.instants import instant, optional_instant
from billing_core.cli.output import SYSTEM, JsonOption, errors_shown, note, say, show
from billing_core.domain.money import Money, format_nanos
from billing_core.domain.provider_prices import STANDARD, ProviderPrice, TokenKind
from billing_core.services.adjustments.find_repriceable import find_repriceable, repricing_hint
from billing_core.services.adjustments.ports import EventFilter
from billing_core.services.adjustments.reprice import RepriceReport, reprice
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.override_provider_price import end_price_override, override_provider_price
from billing_core.services.organizations.find_organization import find_organization

prices = typer.Typer(help="What providers charge, and what calls have cost.", no_args_is_help=True)

ReasonOption = Annotated[str, typer.Option(help="Why, for the record.")]
FromOption = Annotated[str, typer.Option("--from", help="A day such as 2026-11-20, or a time with its zone.")]
TierOption = Annotated[str, typer.Option("--tier", help="The service tier it holds for.")]
PerMtok = Annotated[str | None, typer.Option(metavar="AMOUNT", help="For a million of these tokens.")]


@prices.callback()
def group() -> None:
    """What providers charge, and what calls have cost."""


@prices.command("import")
def import_prices(as_json: JsonOption = False) -> None:
    """Take over the prices of the installed genai-prices; a version taken over before changes nothing."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            report = import_provider_prices(uow.catalog, GenaiPricesSource(), house.clock.now())
        with house.read() as uow:
            found = find_repriceable(uow)
        facts = {"source": report.source, "version": report.source_version, "prices_added": report.prices_added}
        show(facts | {"calls_to_reprice": sum(model.calls for model in found)}, as_json=as_json)
        for line in repricing_hint(found):
            note(line)


@prices.command("override")
def override_price(
    provider: str,
    model: str,
    reason: ReasonOption,
    effective_from: FromOption,
    effective_until: Annotated[str | None, typer.Option("--until", help="When it ends; else with the next.")] = None,
    tier: TierOption = STANDARD,
    currency: Annotated[str, typer.Option(help="What the amounts are in.")] = "USD",
    input_price: Annotated[str | None, typer.Option("--input", help="For a million input tokens.")] = None,
    output_price: Annotated[str | None, typer.Option("--output", help="For a million output tokens.")] = None,
    cache_read: PerMtok = None,
    cache_write: PerMtok = None,
    reasoning: PerMtok = None,
    as_json: JsonOption = False,
) -> None:
    """Set a price that wins over the lists from a date on; calls charged before are repriced by `prices reprice`."""
    house = application()
    with errors_shown(as_json=as_json):
        given: dict[TokenKind, str | None] = {
            "input": input_price,
            "output": output_price,
            "cache_read": cache_read,
            "cache_write": cache_write,
            "reasoning": reasoning,
        }
        with house.write() as uow:
            added = override_provider_price(
                uow,
                provider=provider,
                model=model,
                rates={kind: Money.parse(text, currency, field=kind) for kind, text in given.items() if text},
                effective_from=instant(effective_from, "from"),
                effective_until=optional_instant(effective_until, "until"),
                service_tier=tier,
                reason=reason,
                actor=SYSTEM,
                now=house.clock.now(),
            )
        _show_prices(added, as_json=as_json)


@prices.command("end-override")
def end_override(
    provider: str,
    model: str,
    reason: ReasonOption,
    effective_until: Annotated[str, typer.Option("--until", help="From when on the lists count again.")],
    tier: TierOption = STANDARD,
    as_json: JsonOption = False,
) -> None:
    """End an override: from then on the other sources count again."""
    house = application()
    with errors_shown(as_json=as_json):
        with house.write() as uow:
            ended = end_price_override(
                uow,
                provider=provider,
                model=model,
                effective_until=instant(effective_until, "until"),
                service_tier=tier,
                reason=reason,
                actor=SYSTEM,
                now=house.clock.now(),
            )
        _show_prices(ended, as_json=as_json)


@prices.command("reprice")
def reprice_calls(
    organization: Annotated[str | None, typer.Option(help="Name or id; else all.")] = None,
    provider: Annotated[str | None, typer.Option(help="As it was reported; else all.")] = None,
    model: Annotated[str | None, typer.Option(help="As it was reported; else all.")] = None,
    occurred_from: Annotated[str | None, typer.Option("--from", help="Calls from then on.")] = None,
    occurred_until: Annotated[str | None, typer.Option("--until", help="Calls before then.")] = None,
    reason: ReasonOption = "Prices as they are known now",
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Give calls the provider cost that today's prices say they had; doing it again changes nothing."""
    house = application()
    with errors_shown(as_json=as_json):
        organization_id = None
        if organization is not None:
            with house.read() as uow:
                organization_id = find_organization(uow.organizations, organization).id
        report = reprice(
            house.write,
            house.read,
            house.clock,
            EventFilter(
                organization_id=organization_id,
                provider=provider,
                model=model,
                occurred_from=optional_instant(occurred_from, "from"),
                occurred_until=optional_instant(occurred_until, "until"),
            ),
            reason=reason,
            actor=SYSTEM,
            is_dry_run=is_dry_run,
        )
        _show_report(report, as_json=as_json)


def _show_prices(found: Sequence[ProviderPrice], *, as_json: bool) -> None:
    first = found[0]
    facts: dict[str, object] = {
        "provider": first.provider,
        "model": first.model,
        "tier": first.service_tier,
        "from": first.effective_from.isoformat(),
        "until": None if first.effective_until is None else first.effective_until.isoformat(),
    }
    facts |= {price.token_kind: format_nanos(price.nanos_per_mtok) for price in found}
    show(facts, as_json=as_json)
    note("Calls that were charged before keep their cost: python -m billing_core prices reprice --dry-run")


def _show_report(report: RepriceReport, *, as_json: bool) -> None:
    models = [
        {
            "provider": provider,
            "model": model,
            "currency": currency,
            "events": found.events,
            "unpriced_before": found.unpriced,
            "before": format_nanos(found.before_nanos),
            "after": format_nanos(found.after_nanos),
            "difference": format_nanos(found.difference_nanos),
        }
        for (provider, model, currency), found in sorted(report.models.items())
    ]
    facts = {"dry_run": report.is_dry_run, "events": report.events, "still_unpriced": report.still_unpriced}
    if as_json:
        show(facts | {"models": models}, as_json=True)
        return
    show(facts, as_json=False)
    for row in models:
        say(
            f"{row['provider']} {row['model']}: {row['events']:,} events, {row['before']} -> {row['after']} "
            f"{row['currency']} ({row['difference']})"
        )
    if not models:
        say("Every cost is what the prices say.")
