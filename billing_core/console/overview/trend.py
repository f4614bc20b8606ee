"""The overview's chart: a bar per day and part, the period before as a dotted line, and a way into a day."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from billing_core.console.charts import daily_bars
from billing_core.console.components import LegendItem, card, current_theme, legend, show_days
from billing_core.console.formatting import day, plural
from billing_core.console.overview.view import OverviewView
from billing_core.console.session import guarded_fragment
from billing_core.console.theme import ThemeType
from billing_core.console.usage.blank import nothing_here
from billing_core.console.usage.figures import Figure
from billing_core.console.usage.links import USAGE_PATH, days_link
from billing_core.console.usage.names import TITLES
from billing_core.console.usage.parts import Part, part_colours, per_day, stacked_parts
from billing_core.console.usage.switch import switch


@guarded_fragment
def trend_card(view: OverviewView) -> None:
    """The card; its control changes the card alone."""
    box = card(key="overview_trend", height="stretch")
    with box.controls:
        figure = switch("Measure", {figure.label: figure for figure in view.figures}, key="show")
    box.head(f"{figure.label} by {TITLES[view.split].lower()}")
    days = view.question.days
    parts = stacked_parts(view.points, days.current.dates, figure, view.split)
    with box.body:
        if parts:
            _chart(view, figure, parts, current_theme())
        else:
            nothing_here(f"No {figure.label.lower()} in these days.")


def _chart(view: OverviewView, figure: Figure, parts: Sequence[Part], theme: ThemeType) -> None:
    days = view.question.days
    colours = part_colours([part.name for part in parts], view.split, theme)
    prior = prior_values(view, figure) if days.compare else None
    items = [LegendItem(part.name, figure.total(part.total), colours[part.name]) for part in parts]
    if prior is not None:
        items.append(LegendItem("Prior period", figure.total(sum(prior))))
    legend(items, key="overview_legend")
    chosen = show_days(
        daily_bars(
            days.current.dates,
            {part.name: part.values for part in parts},
            colours=colours,
            measure=figure.chart,
            theme=theme,
            prior=prior,
            partial_day=days.partial_day,
        ),
        key="overview_days",
        alt=f"{figure.label} per day, {days.text}: {', '.join(f'{item.name} {item.total}' for item in items)}.",
    )
    if chosen is None:
        st.caption(" ".join(filter(None, (days.partial_note, "Click a bar to look inside a day."))))
    else:
        _day(view, figure, chosen)


def prior_values(view: OverviewView, figure: Figure) -> list[int]:
    """A figure of each day of the period before, all parts together."""
    daily = per_day(view.answers.points[view.split], view.question.days.prior.dates)
    return [figure.read(measures) or 0 for measures in daily]


def _day(view: OverviewView, figure: Figure, chosen: date) -> None:
    """What the clicked day came to, and the way to its usage."""
    (measures,) = per_day(view.points, [chosen])
    words = (
        day(chosen, year=False, weekday=True),
        figure.chart.text(figure.read(measures) or 0),
        plural(measures.calls, "call"),
    )
    days_link("Open this day", USAGE_PATH, chosen, chosen, before=" · ".join(words))
