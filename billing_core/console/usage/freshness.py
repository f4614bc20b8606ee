"""How far the figures on screen are behind, in words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from billing_core.console.formatting import plural, time_of_day
from billing_core.services.reporting.answers import Freshness

# What is recorded is on screen within this time; only more is worth a word.
LAG_EXPECTED = timedelta(seconds=5)


def with_freshness(caption: str, freshness: Freshness, zone: ZoneInfo) -> str:
    """A page's caption, and while the figures do not keep up `Updated 14:02 UTC, 1,204 events are on the way`."""
    if not freshness.pending or freshness.lag <= LAG_EXPECTED:
        return caption
    verb = "is" if freshness.pending == 1 else "are"
    waiting = f"{plural(freshness.pending, 'event')} {verb} on the way"
    return f"{caption} · Updated {time_of_day(freshness.as_of, zone)}, {waiting}"
