"""Percentages as whole hundredths of a percent, so that none is rounded."""

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import NANOS_PER_UNIT, format_nanos, parse_nanos

WHOLE_BASIS_POINTS = 10_000
_NANOS_PER_BASIS_POINT = NANOS_PER_UNIT // 100


def parse_basis_points(text: str, *, field: str = "percent") -> int:
    """Basis points of a plain decimal such as `12.5`; InvalidInput when it is finer than a hundredth of a percent."""
    basis_points, finer = divmod(parse_nanos(text, field=field), _NANOS_PER_BASIS_POINT)
    if finer:
        raise InvalidInput(f"{text} has more than two decimals; the smallest step is 0.01.", field=field)
    return basis_points


def percent_text(basis_points: int) -> str:
    """The exact decimal: `12.5`, `20`."""
    return format_nanos(basis_points * _NANOS_PER_BASIS_POINT, digits_min=0)
