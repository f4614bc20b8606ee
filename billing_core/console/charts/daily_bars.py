"""How much, by whom, per day: stacked bars, today's lighter, the period before as a dotted line."""

from collections.abc import Mapping, Sequence
from datetime import date

from billing_core.console.charts.figure import HEIGHT_PX, HOVER, Figure, Spec, figure, time_axis, value_axis, x_values
from billing_core.console.charts.measure import Measure, Value
from billing_core.console.formatting import MISSING
from billing_core.console.theme import TOKENS, ThemeType, with_opacity

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
    totals = [_total([values[index] for values in parts.values()]) for index in range(len(x))]
    heights = [measure.height(total) for total in totals]
    single = next(iter(parts)) if len(parts) == 1 else None
    named = ("Total", TOKENS[theme].ink) if single is None else (single, colours[single])
    traces = [_columns(x, totals, named, measure)]
    said: Spec = {"hovertemplate": HOVER} if single is None else {"hoverinfo": "skip"}
    traces += [_part(x, name, values, colours[name], partial, measure, theme) | said for name, values in parts.items()]
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
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
    )


def _total(values: Sequence[Value | None]) -> Value | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _columns(x: list[str], totals: Sequence[Value | None], named: tuple[str, str], measure: Measure) -> Spec:
    """A clear column over each day: it says the total, and a click anywhere in it picks the day, which it then tints.

    It comes first, because a click with unified hover goes to the first trace. `named` is its name and colour: those
    of the part where there is only one, which then need not say the same again.
    """
    name, colour = named
    return {
        "type": "bar",
        "name": name,
        "yaxis": "y2",
        "x": x,
        "y": [1] * len(x),
        "customdata": [MISSING if total is None else measure.text(total) for total in totals],
        "hovertemplate": HOVER,
        "marker": {"color": colour, "opacity": 0, "cornerradius": 4},
        "selected": {"marker": {"opacity": 0.12}},
        "unselected": {"marker": {"opacity": 0}},
    }


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
        "marker": {
            "color": [with_opacity(colour, _PARTIAL_OPACITY) if is_partial else colour for is_partial in partial],
            "line": {"color": TOKENS[theme].background, "width": 1},
        },
        "unselected": {"marker": {"opacity": 1}},
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
        "hovertemplate": HOVER,
        "marker": {"color": tokens.other},
    }
    return [hover, line]
