"""The look all charts share: axes, grid, hover, margins, and nothing that moves."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from plotly.graph_objects import Figure  # pyright: ignore[reportMissingTypeStubs]  # Plotly ships no types

from billing_core.console.charts.measure import Measure, ticks
from billing_core.console.theme import TOKENS, ThemeType

Spec = dict[str, object]

HOVER = '%{fullData.name}&nbsp;&nbsp;<span style="font-weight:600">%{customdata}</span><extra></extra>'

HEIGHT_PX = 300
_FONT = "'Inter Tab', system-ui, -apple-system, 'Segoe UI', sans-serif"
_HEADROOM = 1.06
_DAY_MS = 86_400_000
_DAYS_ALL_LABELLED = 8
_HOURS_LABELLED_UP_TO = timedelta(days=3)


def figure(traces: Sequence[Spec], *, theme: ThemeType, height: int, **layout: object) -> Figure:
    """A figure of trace and layout specifications (Plotly's JSON schema) in the shared look."""
    tokens = TOKENS[theme]
    shared: Spec = {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0, "pad": 4},
        "font": {"family": _FONT, "size": 12, "color": tokens.muted},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": tokens.field if theme == "dark" else tokens.background,
            "bordercolor": tokens.border,
            "font": {"family": _FONT, "size": 12, "color": tokens.ink},
            "align": "left",
            "namelength": -1,
        },
        "bargap": 0.28,
        "barcornerradius": 2,
    }
    return Figure(data=list(traces), layout=shared | layout)


def value_axis(heights: Iterable[float | None], measure: Measure, theme: ThemeType, *, from_zero: bool = True) -> Spec:
    """A y axis with two to four gridlines that fits `heights`; it leaves zero only where told to."""
    drawn = [height for height in heights if height is not None]
    low, high = min(drawn, default=0.0), max(drawn, default=0.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + 1.0
    margin = (high - low) * (_HEADROOM - 1)
    low, high = low - margin if low < 0 or not from_zero else low, high + margin
    places, texts = ticks(low, high, measure)
    tokens = TOKENS[theme]
    return {
        "range": [low, high],
        "tickvals": places,
        "ticktext": texts,
        "gridcolor": tokens.grid,
        "gridwidth": 1,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "tickfont": {"color": tokens.muted, "size": 12},
        "automargin": True,
    }


def time_axis(moments: Sequence[date], theme: ThemeType, **more: object) -> Spec:
    """An x axis of days, or of hours when `moments` are datetimes (drawn as the wall time they carry)."""
    hourly = bool(moments) and isinstance(moments[0], datetime)
    few_hours = hourly and moments[-1] - moments[0] <= _HOURS_LABELLED_UP_TO
    axis: Spec = {
        "type": "date",
        "tickformat": "%H:%M\n%-d %b" if few_hours else "%-d %b",
        "hoverformat": "%a %-d %b, %H:%M" if hourly else "%a %-d %b",
        "nticks": 6,
        "autotickangles": [0],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "tickfont": {"color": TOKENS[theme].muted, "size": 12},
        "automargin": True,
        "showspikes": False,
    }
    if not hourly and len(moments) <= _DAYS_ALL_LABELLED:
        axis["dtick"] = _DAY_MS
    return axis | more


def x_values(moments: Sequence[date]) -> list[str]:
    """Days or wall times as Plotly reads them; a zone is dropped, because Plotly would convert it."""
    return [(moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment).isoformat() for moment in moments]
