"""The currencies Stripe charges in, their minor units, and the smallest and largest charge."""

from stripe_sandbox.errors import StripeError

_TWO_DECIMALS = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop "
    "crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs "
    "khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk "
    "php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu "
    "uzs wst xcd yer zar zmw"
)
_NO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMALS = "bhd jod kwd omr tnd"

_DECIMALS = {
    code: decimals
    for decimals, codes in ((0, _NO_DECIMALS), (2, _TWO_DECIMALS), (3, _THREE_DECIMALS))
    for code in codes.split()
}
_SMALLEST_DEFAULT = 50
_SMALLEST = {
    "aed": 200, "bgn": 100, "czk": 1_500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17_500, "mxn": 1_000,
    "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1_000,
}  # fmt: skip
AMOUNT_MAX = 99_999_999
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹"}


def read_currency(code: str, param: str = "currency") -> str:
    """The code in lower case. Raises when Stripe does not charge in it."""
    if code.lower() not in _DECIMALS:
        message = (
            f"Invalid currency: {code.lower()}. Stripe currently supports these currencies: {', '.join(_DECIMALS)}"
        )
        raise StripeError(message, param=param)
    return code.lower()


def check_total(total: int, currency: str, what: str = "The Checkout Session's total amount due") -> None:
    """Raises for a total, in minor units, that no card could be charged."""
    smallest = _SMALLEST.get(currency, _SMALLEST_DEFAULT)
    if total < smallest:
        message = f"{what} must add up to at least {format_amount(smallest, currency)}"
        raise StripeError(message, "amount_too_small")
    if total > AMOUNT_MAX:
        message = f"{what} must be at most {format_amount(AMOUNT_MAX, currency)}"
        raise StripeError(message, "amount_too_large")


def format_amount(amount: int, currency: str) -> str:
    """An amount in minor units as people read it: `$1,234.56`, `CHF 39.90`, `¥500`."""
    decimals = _DECIMALS[currency]
    whole, part = divmod(abs(amount), 10**decimals)
    digits = f"{whole:,}.{part:0{decimals}d}" if decimals else f"{whole:,}"
    symbol = _SYMBOLS.get(currency, f"{currency.upper()} ")
    return f"{'−' if amount < 0 else ''}{symbol}{digits}"
