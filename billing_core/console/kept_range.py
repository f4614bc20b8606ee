"""The date range goes along from screen to screen: Streamlit forgets a page's own choices when the page changes."""

import streamlit as st

RANGE_KEYS = ("range", "range_days", "range_compare")
_KEPT, _SCREEN = "kept_range", "kept_range_screen"


def bring_range(screen: str) -> None:
    """Call before a screen runs: on a change of screen without a range in the address, use the one before."""
    is_new = st.session_state.get(_SCREEN) != screen
    st.session_state[_SCREEN] = screen
    if not is_new:
        keep_range()  # a run that is cut short by the next click never comes to its end
    elif not any(key in st.query_params for key in RANGE_KEYS):
        kept, parameters = st.session_state.get(_KEPT, ({}, {}))
        for key, value in kept.items():
            st.session_state[key] = value
        for key, values in parameters.items():
            st.query_params[key] = values


def keep_range() -> None:
    """Call after a screen has run: what was chosen on it is what the next one begins with."""
    chosen = {key: st.session_state[key] for key in RANGE_KEYS if key in st.session_state}
    if chosen:
        parameters = {key: st.query_params.get_all(key) for key in chosen if key in st.query_params}
        st.session_state[_KEPT] = (chosen, parameters)
