"""What every page has around it: page settings, stylesheet, logo and the confirmation of the last action."""

from pathlib import Path

import streamlit as st

from billing_core.console.components.flash import show_flash

_STYLESHEET = Path(__file__).with_name("console.css")
_SIDEBAR_PX = 248


def begin_frame(static_folder: Path, *, title: str = "Tollbooth") -> None:
    """Call first in the shell; `static_folder` is `pages/static`, where the logo lies."""
    st.set_page_config(
        page_title=title,
        page_icon=str(static_folder / "mark.svg"),
        layout="wide",
        initial_sidebar_state=_SIDEBAR_PX,
    )
    st.html(_STYLESHEET)
    st.logo(str(static_folder / "logo.svg"), icon_image=str(static_folder / "mark.svg"))
    show_flash()
