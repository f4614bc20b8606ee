"""How much, by whom, per day: stacked bars, today's lighter, the period before as a dotted line."""

from collections.abc import Mapping, Sequence
from datetime import date

from billing_core.console.charts.figure import HEIGHT_PX, Figure, Spec, figure, time_axis, value_axis, x_values
from billing_core.console.charts.measure import Measure, Value
from billing_core.console.theme import TOKENS, ThemeType

_PARTIAL_OPACITY = 0.45


def daily_bars(
    days: Sequence[date],
    parts: Mapping[str, Sequence[Value | None]],
    *,
    colours: Mapping[str, str],
    measure: Measure,
    theme: ThemeType,
    prior: Sequence[Value | None] | None = None,
    partial_day: date | None = None,
    height: int = HEIGHT_PX,
) -> Figure:
    """Stacked bars: `parts` maps a name to one value per day, drawn bottom to top in their order.

    `prior` is the total per day of the period before, aligned with `days` (it may be shorter). `days` may also be
    hours (datetimes). Give at most five parts and `Other`.
    """
    x = x_values(days)
    partial = [day == partial_day for day in days]
    traces = [_part(x, name, values, colours[name], partial, measure, theme) for name, values in parts.items()]
    totals = [sum(measure.height(values[index]) or 0.0 for values in parts.values()) for index in range(len(x))]
    heights: list[float | None] = [*totals]
    if prior is not None:
        aligned = [*prior, *[None] * (len(x) - len(prior))][: len(x)]
        traces += _prior(x, aligned, measure, theme)
        heights += [measure.height(value) for value in aligned]
    return figure(
        traces,
        theme=theme,
        height=height,
        barmode="stack",
        xaxis=time_axis(days, theme),
        yaxis=value_axis(heights, measure, theme),
    )


def _part(
    x: list[str],
    name: str,
    values: Sequence[Value | None],
    colour: str,
    partial: list[bool],
    measure: Measure,
    theme: ThemeType,
) -> Spec:
    return {
        "type": "bar",
        "name": name,
        "x": x,
        "y": [measure.height(value) for value in values],
        "customdata": ["" if value is None else measure.text(value) for value in values],
        "hovertemplate": "%{customdata}",
        "marker": {
            "color": colour,
            "opacity": [_PARTIAL_OPACITY if is_partial else 1.0 for is_partial in partial],
            "line": {"color": TOKENS[theme].background, "width": 1},
        },
    }


def _prior(x: list[str], values: list[Value | None], measure: Measure, theme: ThemeType) -> list[Spec]:
    """The dotted line, and bars of no height that carry its hover text: a line would swallow the clicks on bars."""
    tokens = TOKENS[theme]
    colour = tokens.ink
    line: Spec = {
        "type": "scatter",
        "mode": "lines",
        "name": "Prior period",
        "x": x,
        "y": [measure.height(value) for value in values],
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.5, "dash": "2px,2px"},
    }
    hover: Spec = {
        "type": "bar",
        "name": "Prior period",
        "x": x,
        "y": [None if value is None else 0 for value in values],
        "customdata": ["" if value is None else measure.text(value) for value in values],
        "hovertemplate": "%{customdata}",
        "marker": {"color": tokens.other},
    }
    return [hover, line]
