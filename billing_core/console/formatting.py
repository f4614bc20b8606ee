"""How the console writes amounts, counts, dates and customers' own words: exact in, text out.

Every amount is `Money` or whole numbers and every ratio a `Decimal`; nothing here is a float, so the screen and an
export of the same figure agree to the last digit. A missing value (`None`) is always written as an em dash.
"""

import html
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from billing_core.domain.money import (
    CREDITS,
    MINOR_DIGITS,
    NANOS_PER_UNIT,
    Money,
    divide_half_even,
    format_nanos,
)

MISSING = "—"
MINUS = "−"
_SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "RUB": "₽",
    "CAD": "CA$",
    "AUD": "A$",
    "CHF": "CHF\u00a0",
    CREDITS: "",
}
_SCALES = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
_WHOLE_FROM_UNITS = 100
_INLINE_MARKUP = re.compile(r"[\\`*\[\]<>~$&|]|(?<!\w)_|_(?!\w)|:(?=\S)")
_BLOCK_MARKUP = re.compile(r"^(?:[#+\-=]|\d+[.)])")
_REPLACED_AS_TEXT = re.compile(r"(://|\bwww\.|:(?=[\w+\-/]+:)|(?<=[\w.+\-])(?=@\w))", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def money(amount: Money | None, *, signed: bool = False) -> str:
    """An amount for tables and invoices, rounded to the currency's minor unit: `$1,234.56`, `−$12.00`.

    Credits carry no symbol (`7,681.29`). What is not zero but would be written as zero becomes `<$0.01`; `signed`
    puts a plus before gains.
    """
    if amount is None:
        return MISSING
    digits = MINOR_DIGITS[amount.currency]
    minor = abs(amount.minor_units)
    symbol = _SYMBOLS[amount.currency]
    if amount.nanos and not minor:
        smallest = f"{symbol}{_decimal_text(1, digits)}"
        return f"<{smallest}" if amount.nanos > 0 else f">{MINUS}{smallest}"
    return f"{_sign(amount.nanos, signed)}{symbol}{_decimal_text(minor, digits)}"


def whole_money(amount: Money | None, *, signed: bool = False) -> str:
    """An amount for KPIs and limits: `$13,021`, `$1.2M` from a million up; below 100 the cents stay (`$9.90`)."""
    if amount is None:
        return MISSING
    units = divide_half_even(abs(amount.nanos), NANOS_PER_UNIT)
    if units < _WHOLE_FROM_UNITS:
        return price(amount, signed=signed)
    text = _compact(units) if units >= 10**6 else f"{units:,}"
    return f"{_sign(amount.nanos, signed)}{_SYMBOLS[amount.currency]}{text}"


def price(amount: Money | None, *, signed: bool = False) -> str:
    """An amount for buttons and sentences, with decimals only where it has some: `$1,000`, `$39.90`, `500`."""
    text = money(amount, signed=signed)
    if amount is None or amount.minor_units % 10 ** MINOR_DIGITS[amount.currency] or text[0] in "<>":
        return text
    return text.partition(".")[0]


def rate(amount: Money | None, *, significant: int | None = None) -> str:
    """A price per unit with every digit it has, never rounded to zero: `$0.000125`, `$16.50`.

    `significant` rounds a quotient that does not end, such as a package's price per credit, to that many digits.
    """
    if amount is None:
        return MISSING
    nanos = abs(amount.nanos)
    if significant is not None:
        nanos = _round_significant(nanos, significant)
    whole, _, decimals = format_nanos(nanos, digits_min=MINOR_DIGITS[amount.currency]).partition(".")
    text = f"{int(whole):,}.{decimals}" if decimals else f"{int(whole):,}"
    return f"{_sign(amount.nanos, signed=False)}{_SYMBOLS[amount.currency]}{text}"


def rate_per_million(amount: Money | None) -> str:
    """The price of one token, written for a million of them: `$3.60 / 1M`."""
    return MISSING if amount is None else f"{rate(Money(amount.nanos * 10**6, amount.currency))} / 1M"


def count(number: int | None) -> str:
    """A whole number with thousands separators: `19,366`."""
    return MISSING if number is None else f"{_sign(number, signed=False)}{abs(number):,}"


def tokens(number: int | None) -> str:
    """A large count in at most three digits: `935M`, `46.7M`, `4.3B`; below a thousand exact."""
    return MISSING if number is None else f"{_sign(number, signed=False)}{_compact(abs(number))}"


def ratio(part: int, whole: int) -> Decimal | None:
    """`part / whole`, or None where there is no whole to compare with."""
    return None if whole == 0 else Decimal(part) / Decimal(whole)


def change(current: int, prior: int) -> Decimal | None:
    """How much `current` differs from `prior`, as a part of `prior`; None where `prior` is zero."""
    return ratio(current - prior, abs(prior))


def percent(value: Decimal | None, *, signed: bool = False) -> str:
    """A ratio as percent with one decimal: `27.5%`; `signed` for changes: `+10.3%`, `−2.1%`, `0.0%`."""
    if value is None:
        return MISSING
    tenths = _tenths_of_percent(value)
    return f"{_sign(tenths, signed)}{_decimal_text(abs(tenths), 1)}%"


def points(value: Decimal | None, *, signed: bool = False) -> str:
    """The difference of two ratios in percentage points: `1.2 pts`."""
    return MISSING if value is None else f"{percent(value, signed=signed)[:-1]} pts"


def metric_delta(value: Decimal | None, *, in_points: bool = False) -> str | int | None:
    """A change as `st.metric` wants it: ASCII minus (it sets the arrow), no plus, the number 0 for no change."""
    if value is None:
        return None
    tenths = _tenths_of_percent(value)
    if tenths == 0:
        return 0
    text = f"{'-' if tenths < 0 else ''}{_decimal_text(abs(tenths), 1)}"
    return f"{text} pts" if in_points else f"{text}%"


def day(value: date | None, *, year: bool = True, weekday: bool = False) -> str:
    """`20 Nov 2026`; without year `20 Nov`; with weekday `Fri 20 Nov 2026`."""
    if value is None:
        return MISSING
    text = f"{value.day} {value:%b}" + (f" {value.year}" if year else "")
    return f"{value:%a} {text}" if weekday else text


def day_range(first: date, last: date) -> str:
    """Both days included, each part named once: `24 Oct – 20 Nov 2026`, `1 – 31 Oct 2026`, `20 Nov 2026`."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {day(last)}"
    return f"{day(first, year=first.year != last.year)} – {day(last)}"


def time_of_day(instant: datetime | None, zone: ZoneInfo) -> str:
    """The wall time in `zone`, which is named: `14:02 UTC`, `15:02 CET`."""
    if instant is None:
        return MISSING
    local = instant.astimezone(zone)
    name = local.tzname() or zone.key
    return f"{local:%H:%M} {f'UTC{name}' if name[0] in '+-' else name}"


def moment(instant: datetime | None, zone: ZoneInfo) -> str:
    """Day and time in `zone`: `20 Nov 2026, 14:02 UTC`."""
    if instant is None:
        return MISSING
    return f"{day(instant.astimezone(zone).date())}, {time_of_day(instant, zone)}"


def duration(milliseconds: int | None) -> str:
    """How long something took: `840 ms`, `1.2 s`, `2 min 5 s`."""
    if milliseconds is None:
        return MISSING
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    if milliseconds < 59_950:
        return f"{_decimal_text(divide_half_even(milliseconds, 100), 1)} s"
    minutes, seconds = divmod(divide_half_even(milliseconds, 1_000), 60)
    return f"{minutes:,} min {seconds} s"


def plural(number: int, singular: str, several: str | None = None) -> str:
    """`1 change`, `3 changes`; `several` where an s does not make the plural."""
    return f"{count(number)} {singular if number == 1 else several or singular + 's'}"


def words(items: Sequence[str]) -> str:
    """A list in a sentence: `CSV, Parquet and Excel`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1] if items else "")))


def html_text(text: str) -> str:
    """Anyone's text, safe inside an HTML element or a quoted attribute."""
    return html.escape(text, quote=True)


def markdown_text(text: str) -> str:
    """Anyone's text on one line, shown as written by Streamlit commands that read Markdown.

    Links, e-mail addresses and emoji codes are replaced in the browser after escapes are resolved, so an invisible
    joiner breaks them.
    """
    line = " ".join(text.split())
    joined = _REPLACED_AS_TEXT.sub(rf"\1{_WORD_JOINER}", line)
    escaped = _INLINE_MARKUP.sub(r"\\\g<0>", joined)
    return _BLOCK_MARKUP.sub(_escape_last, escaped)


def _escape_last(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\\{match[0][-1]}"


def _sign(number: int, signed: bool) -> str:
    return MINUS if number < 0 else "+" if signed and number > 0 else ""


def _decimal_text(scaled: int, digits: int) -> str:
    """A non-negative whole number of 10^-digits with separators: 123456, 2 is `1,234.56`."""
    whole, fraction = divmod(scaled, 10**digits)
    return f"{whole:,}.{fraction:0{digits}d}" if digits else f"{whole:,}"


def _compact(number: int) -> str:
    """Of a non-negative number, at most three digits: hundreds whole, below one decimal."""
    for scale, letter in _SCALES:
        if divide_half_even(number * 1_000, scale) < 1_000:
            continue
        if number < 100 * scale and (tenths := divide_half_even(number * 10, scale)) < 1_000:
            return f"{_decimal_text(tenths, 1)}{letter}"
        return f"{divide_half_even(number, scale):,}{letter}"
    return f"{number}"


def _round_significant(nanos: int, digits: int) -> int:
    step = 10 ** max(len(str(nanos)) - digits, 0)
    return divide_half_even(nanos, step) * step


def _tenths_of_percent(value: Decimal) -> int:
    return int((value * 1_000).to_integral_value(ROUND_HALF_EVEN))
