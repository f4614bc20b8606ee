"""When in the week: calls, tokens or cost by weekday and hour, in one hue from nothing to most."""

from collections.abc import Sequence

from billing_core.console.charts.figure import Figure, Spec, figure
from billing_core.console.charts.measure import Measure, Value
from billing_core.console.theme import TOKENS, ThemeType, with_opacity

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HEIGHT_PX = 230
_LABELLED_HOURS = range(0, 24, 6)


def week_heatmap(
    values: Sequence[Sequence[Value | None]],
    *,
    measure: Measure,
    theme: ThemeType,
    height: int = _HEIGHT_PX,
) -> Figure:
    """`values[weekday][hour]`, Monday and midnight first, 7 by 24; None where nothing is known."""
    if [len(row) for row in values] != [24] * 7:
        raise ValueError(f"A week is 7 days of 24 hours; got {[len(row) for row in values]}.")
    tokens = TOKENS[theme]
    hue = tokens.series[0]
    trace: Spec = {
        "type": "heatmap",
        "x": list(range(24)),
        "y": list(_WEEKDAYS),
        "z": [[measure.height(value) for value in row] for row in values],
        "customdata": [
            [
                f"{weekday} {hour:02d}:00 – {(hour + 1) % 24:02d}:00 · "
                f"{'no data' if value is None else measure.text(value)}"
                for hour, value in enumerate(row)
            ]
            for weekday, row in zip(_WEEKDAYS, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "zmin": 0,
        "colorscale": [[0, with_opacity(hue, 0.06)], [1, hue]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    axis: Spec = {"showgrid": False, "zeroline": False, "fixedrange": True, "ticks": "", "automargin": True}
    font: Spec = {"color": tokens.muted, "size": 12}
    hours: Spec = {
        "tickvals": list(_LABELLED_HOURS),
        "ticktext": [f"{hour:02d}:00" for hour in _LABELLED_HOURS],
        "tickangle": 0,
        "tickfont": font,
    }
    return figure(
        [trace],
        theme=theme,
        height=height,
        hovermode="closest",
        xaxis=axis | hours,
        yaxis=axis | {"autorange": "reversed", "tickfont": font},
    )
