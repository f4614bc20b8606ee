"""What a person sees when a screen fails: nothing was changed, a reference, and a way on."""

import logging

from billing_core.console.components.error_card import error_card
from billing_core.domain.clock import SystemClock
from billing_core.domain.ids import new_id

_log = logging.getLogger(__name__)


def show_error(error: Exception) -> bool:
    """Log the error under a reference and draw the card that names it; True keeps Streamlit's own box away."""
    reference = new_id("err", SystemClock().now())[-8:].upper()
    _log.error("screen failed, reference %s", reference, exc_info=error)
    error_card(reference, key="script_error")
    return True
