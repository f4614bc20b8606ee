"""Two amounts side by side per name: what providers cost us against what customers paid."""

from collections.abc import Mapping, Sequence

from billing_core.console.charts.figure import HOVER, Figure, Spec, figure, value_axis
from billing_core.console.charts.measure import Measure, Value
from billing_core.console.theme import TOKENS, ThemeType

_ROW_PX = 46
_AXIS_PX = 40


def paired_bars(
    names: Sequence[str],
    pairs: Mapping[str, Sequence[Value | None]],
    *,
    colours: Mapping[str, str],
    measure: Measure,
    theme: ThemeType,
) -> Figure:
    """Horizontal bars: for each name one bar per entry of `pairs` (`{"Paid by customers": ..., "Provider cost": ...}`).

    Names run from the top in their order; the height follows from how many there are.
    """
    tokens = TOKENS[theme]
    traces: list[Spec] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": label,
            "y": list(names),
            "x": [measure.height(value) for value in values],
            "customdata": ["—" if value is None else measure.text(value) for value in values],
            "hovertemplate": HOVER,
            "marker": {"color": colours[label]},
        }
        for label, values in pairs.items()
    ]
    heights = [measure.height(value) for values in pairs.values() for value in values]
    return figure(
        traces,
        theme=theme,
        height=_AXIS_PX + _ROW_PX * len(names),
        barmode="group",
        bargap=0.36,
        bargroupgap=0.08,
        hovermode="y unified",
        xaxis=value_axis(heights, measure, theme),
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "showgrid": False,
            "showspikes": False,
            "fixedrange": True,
            "ticks": "",
            "tickfont": {"color": tokens.ink, "size": 12},
            "automargin": True,
        },
    )
