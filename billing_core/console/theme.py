"""Colours by meaning, light and dark: the one source for charts; the stylesheet and Streamlit's theme agree by test."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ThemeType = Literal["light", "dark"]

OTHER = "Other"
PROVIDERS = ("Anthropic", "OpenAI", "Google", "Mistral", "Self-hosted")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme as `#RRGGBB`; text reaches a contrast of 4.5 on `background`, graphics 3."""

    background: str
    ink: str
    muted: str
    border: str
    grid: str
    field: str
    primary: str
    link: str
    good: str
    warn: str
    bad: str
    good_fill: str
    warn_fill: str
    bad_fill: str
    other: str
    series: tuple[str, ...]


TOKENS: Mapping[ThemeType, Tokens] = {
    "light": Tokens(
        background="#FFFFFF",
        ink="#15181E",
        muted="#5B6472",
        border="#E2E5EA",
        grid="#ECEEF2",
        field="#F5F6F8",
        primary="#4457D1",
        link="#3A4CC0",
        good="#0B7A55",
        warn="#A9520A",
        bad="#C5303A",
        good_fill="#E9F6F0",
        warn_fill="#FDF3E7",
        bad_fill="#FCEDEE",
        other="#8A93A3",
        series=("#3A60DC", "#468E7D", "#A77208", "#C676CD", "#1D5F7F", "#A2270E"),
    ),
    "dark": Tokens(
        background="#0F1115",
        ink="#E7E9ED",
        muted="#9AA3B2",
        border="#2A2E37",
        grid="#20242C",
        field="#1A1D24",
        primary="#5A6AE2",
        link="#A9B8FF",
        good="#5FD3A6",
        warn="#F2A65E",
        bad="#FF8A8F",
        good_fill="#11281F",
        warn_fill="#2B2014",
        bad_fill="#2E191B",
        other="#7C8697",
        series=("#7592FA", "#36A88E", "#EAAE55", "#A659AF", "#89C7E5", "#CC532D"),
    ),
}


def provider_colours(providers: Iterable[str], theme: ThemeType) -> dict[str, str]:
    """A provider has the same colour on every screen; one without a colour of its own is grey."""
    tokens = TOKENS[theme]
    known: dict[str, str] = dict(zip(PROVIDERS, tokens.series, strict=False))
    return {name: known.get(name, tokens.other) for name in providers}


def series_colours(names: Sequence[str], theme: ThemeType) -> dict[str, str]:
    """A colour each for at most six names (`Other` is grey and not counted), independent of their order.

    A name keeps its colour from screen to screen and from range to range, unless two shown together want the same
    one; then the alphabetically later takes the next free. Raises ValueError beyond six: merge the rest into `Other`.
    """
    tokens = TOKENS[theme]
    chosen: dict[str, str] = {}
    free = list(tokens.series)
    for name in sorted(set(names) - {OTHER}):
        if not free:
            raise ValueError(f"{len(set(names))} series do not fit six colours; merge the smallest into {OTHER!r}.")
        wanted = tokens.series[zlib.crc32(name.encode()) % len(tokens.series)]
        start = tokens.series.index(wanted)
        rotated = tokens.series[start:] + tokens.series[:start]
        chosen[name] = next(colour for colour in rotated if colour in free)
        free.remove(chosen[name])
    return {name: chosen.get(name, tokens.other) for name in names}


def with_opacity(colour: str, opacity: float) -> str:
    """`rgba(...)` of a `#RRGGBB` colour; opacity from 0 to 1."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
