"""settings.yml: what every new organization begins with, and the alert rules that are there from the start."""

from billing_core.domain.alerts import PERCENT_KINDS, PERCENT_MAX, AlertKind
from billing_core.domain.document_reader import DocumentReader
from billing_core.domain.money import CREDITS
from billing_core.services.catalog.catalog_entries import CatalogSettings, DefaultAlertRule

SETTINGS_KEYS = ("sign_up", "alert_rules")
VALID_DAYS_MAX = 3650
DECLINES_MAX = 100
_SIGN_UP_KEYS = ("credits", "valid_days")
_RULE_KEYS = ("kind", "threshold", "currency")


def read_settings(reader: DocumentReader) -> CatalogSettings:
    """The settings; what is wrong stays among the reader's problems."""
    sign_up = reader.child("sign_up", _SIGN_UP_KEYS)
    return CatalogSettings(
        sign_up_credits=sign_up.money("credits", CREDITS),
        sign_up_valid_days=(
            sign_up.whole("valid_days", least=1, most=VALID_DAYS_MAX) if sign_up.has("valid_days") else None
        ),
        alert_rules=[_rule(item) for item in reader.children("alert_rules", _RULE_KEYS)],
    )


def _rule(item: DocumentReader) -> DefaultAlertRule:
    """A threshold is percent of an allowance or budget, credits, an amount of money, or a number of declines."""
    kind = AlertKind(item.choice("kind", [choice.value for choice in AlertKind]))
    if kind in PERCENT_KINDS:
        return DefaultAlertRule(kind, item.whole("threshold", least=1, most=PERCENT_MAX), None)
    if kind is AlertKind.TOP_UP_FAILED:
        return DefaultAlertRule(kind, item.whole("threshold", least=1, most=DECLINES_MAX), None)
    currency = item.currency("currency", "USD") if kind is AlertKind.COST_ABOVE else CREDITS
    threshold = item.money("threshold", currency)
    if not threshold and item.is_sound:
        item.problem("threshold", "is zero; it must be more.")
    return DefaultAlertRule(kind, threshold.nanos, currency)
