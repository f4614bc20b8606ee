"""How a rate moves over time: margin, latency, errors or unit cost as lines, with a floor as a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing_core.console.charts.figure import HEIGHT_PX, HOVER, Figure, Spec, figure, time_axis, value_axis, x_values
from billing_core.console.charts.measure import Measure, Value
from billing_core.console.theme import TOKENS, ThemeType, with_opacity


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line with its name, such as a margin floor."""

    value: Value
    label: str


def lines(
    days: Sequence[date],
    series: Mapping[str, Sequence[Value | None]],
    *,
    colours: Mapping[str, str],
    measure: Measure,
    theme: ThemeType,
    prior: Sequence[Value | None] | None = None,
    rule: Rule | None = None,
    from_zero: bool = True,
    height: int = HEIGHT_PX,
) -> Figure:
    """One line per name of `series`, one value per day; None is a gap, never a zero.

    `prior` draws the period before as a dotted line. A margin may leave zero (`from_zero=False`).
    """
    x = x_values(days)
    tokens = TOKENS[theme]
    traces = [_line(x, name, values, colours[name], measure) for name, values in series.items()]
    heights = [measure.height(value) for values in series.values() for value in values]
    if prior is not None:
        traces.append(_line(x, "Prior period", prior, tokens.other, measure, dash="2px,2px"))
        heights += [measure.height(value) for value in prior]
    shapes: list[Spec] = []
    notes: list[Spec] = []
    if rule is not None and (level := measure.height(rule.value)) is not None:
        heights.append(level)
        shapes = [_rule_line(level, tokens.ink)]
        notes = [_rule_label(level, rule.label, tokens.ink, tokens.background)]
    return figure(
        traces,
        theme=theme,
        height=height,
        xaxis=time_axis(days, theme, showspikes=True, spikemode="across", spikedash="solid"),
        yaxis=value_axis(heights, measure, theme, from_zero=from_zero),
        shapes=shapes,
        annotations=notes,
    )


def _line(
    x: list[str],
    name: str,
    values: Sequence[Value | None],
    colour: str,
    measure: Measure,
    *,
    dash: str = "solid",
) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": [measure.height(value) for value in values],
        "customdata": ["" if value is None else measure.text(value) for value in values],
        "hovertemplate": HOVER,
        "connectgaps": False,
        "line": {"color": colour, "width": 2 if dash == "solid" else 1.5, "dash": dash},
    }


def _rule_line(level: float, colour: str) -> Spec:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "line": {"color": colour, "width": 1},
    }


def _rule_label(level: float, label: str, colour: str, background: str) -> Spec:
    return {
        "xref": "paper",
        "x": 1,
        "y": level,
        "xanchor": "right",
        "yanchor": "bottom",
        "text": label,
        "showarrow": False,
        "bgcolor": with_opacity(background, 0.8),
        "font": {"color": colour, "size": 12},
    }
