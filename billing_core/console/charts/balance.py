"""When credits run out: the balance so far as steps, the forecast dotted, today as a rule, expiries named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing_core.console.charts.figure import HOVER, Figure, Spec, figure, time_axis, value_axis, x_values
from billing_core.console.charts.measure import CREDIT_AMOUNT
from billing_core.console.formatting import price
from billing_core.console.theme import TOKENS, ThemeType, with_opacity
from billing_core.domain.money import CREDITS, Money

_HEIGHT_PX = 230


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """The credits left (nanos) from that day or moment on."""

    at: date
    credits_nanos: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """Credits (nanos) that the forecast expects to expire unused on that day."""

    on: date
    credits_nanos: int


def credit_balance(
    history: Sequence[BalancePoint],
    forecast: Sequence[BalancePoint],
    *,
    today: date,
    theme: ThemeType,
    expiries: Sequence[Expiry] = (),
    height: int = _HEIGHT_PX,
) -> Figure:
    """The balance of `history` up to `today` as a step area, and `forecast` from there on as a dotted line.

    Each expiry is written at the forecast's level on its day. Points are in order of time, all dates or all datetimes.
    """
    tokens = TOKENS[theme]
    colour = tokens.series[0]
    past: Spec = _trace("Balance", history, colour) | {
        "fill": "tozeroy",
        "fillcolor": with_opacity(colour, 0.12),
        "line": {"color": colour, "width": 2, "shape": "hv"},
    }
    ahead: Spec = _trace("Forecast", forecast, colour) | {"line": {"color": colour, "width": 2, "dash": "2px,3px"}}
    points = [*history, *forecast]
    return figure(
        [past, ahead],
        theme=theme,
        height=height,
        xaxis=time_axis([point.at for point in points], theme, nticks=5),
        yaxis=value_axis([CREDIT_AMOUNT.height(point.credits_nanos) for point in points], CREDIT_AMOUNT, theme),
        shapes=[_today_rule(today, tokens.other)],
        annotations=[_today_label(today, tokens.muted), *_expiry_labels(expiries, forecast, tokens.warn)],
    )


def _trace(name: str, points: Sequence[BalancePoint], colour: str) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x_values([point.at for point in points]),
        "y": [CREDIT_AMOUNT.height(point.credits_nanos) for point in points],
        "customdata": [CREDIT_AMOUNT.text(point.credits_nanos) for point in points],
        "hovertemplate": HOVER,
        "line": {"color": colour},
    }


def _today_rule(today: date, colour: str) -> Spec:
    (x,) = x_values([today])
    return {
        "type": "line",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "line": {"color": colour, "width": 1.5},
    }


def _today_label(today: date, colour: str) -> Spec:
    (x,) = x_values([today])
    return {
        "x": x,
        "yref": "paper",
        "y": 1,
        "text": "Today",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "xshift": 4,
        "font": {"color": colour, "size": 12},
    }


def _expiry_labels(expiries: Sequence[Expiry], forecast: Sequence[BalancePoint], colour: str) -> list[Spec]:
    labels: list[Spec] = []
    for expiry, x in zip(expiries, x_values([expiry.on for expiry in expiries]), strict=True):
        before = [point.credits_nanos for point in forecast if point.at < expiry.on]
        labels.append(
            {
                "x": x,
                "y": CREDIT_AMOUNT.height(before[-1] if before else 0),
                "text": f"{price(Money(expiry.credits_nanos, CREDITS))} expire",
                "font": {"color": colour, "size": 12},
                "arrowcolor": colour,
                "arrowwidth": 1.5,
                "arrowhead": 0,
                "ax": 26,
                "ay": -26,
            }
        )
    return labels
