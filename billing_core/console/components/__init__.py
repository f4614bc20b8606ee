"""The parts pages are made of; each takes a key, draws, and returns its value."""

from billing_core.console.components.alert_card import AlertText, alert_card
from billing_core.console.components.card import Card, card, section_head
from billing_core.console.components.chart import current_theme, show, show_days
from billing_core.console.components.columns import Cell, Column
from billing_core.console.components.confirm_dialog import confirm_dialog
from billing_core.console.components.date_range_filter import date_range_filter
from billing_core.console.components.diff_table import Difference, diff_table
from billing_core.console.components.empty_state import empty_state, no_match
from billing_core.console.components.error_card import error_card
from billing_core.console.components.export_menu import export_files, export_menu
from billing_core.console.components.facts import facts
from billing_core.console.components.flash import flash, show_flash
from billing_core.console.components.hero_number import hero_number
from billing_core.console.components.kpi_row import Kpi, kpi_row
from billing_core.console.components.legend import LegendItem, legend
from billing_core.console.components.line_items import LineItem, line_items
from billing_core.console.components.meters import Meter, limit_meter, meters
from billing_core.console.components.money_grid import money_grid
from billing_core.console.components.money_table import money_table
from billing_core.console.components.package_card import PackageOffer, package_card
from billing_core.console.components.page_head import PageHead, page_head
from billing_core.console.components.status import status_badge, status_markdown

__all__ = [
    "AlertText",
    "Card",
    "Cell",
    "Column",
    "Difference",
    "Kpi",
    "LegendItem",
    "LineItem",
    "Meter",
    "PackageOffer",
    "PageHead",
    "alert_card",
    "card",
    "confirm_dialog",
    "current_theme",
    "date_range_filter",
    "diff_table",
    "empty_state",
    "error_card",
    "export_files",
    "export_menu",
    "facts",
    "flash",
    "hero_number",
    "kpi_row",
    "legend",
    "limit_meter",
    "line_items",
    "meters",
    "money_grid",
    "money_table",
    "no_match",
    "package_card",
    "page_head",
    "section_head",
    "show",
    "show_days",
    "show_flash",
    "status_badge",
    "status_markdown",
]
