"""What people typed or are called, in the parts of a screen that read Markdown."""

from streamlit.testing.v1 import AppTest


def _markup_page() -> None:
    import streamlit as st

    from billing_core.console.components import confirm_dialog, flash, show_flash
    from billing_core.domain.errors import Conflict

    def refuse() -> None:
        raise Conflict("*A* [b](c) is taken.")

    if "flashed" not in st.session_state:
        st.session_state["flashed"] = True
        flash("Granted to *A* [b](c)")
    show_flash()
    confirm_dialog("Grant to *A*", confirm="Grant", on_confirm=refuse, key="grant", typed="*A*")


def test_names_with_markup_are_shown_as_written_in_confirmations_dialogs_and_refusals() -> None:
    app = AppTest.from_function(_markup_page, default_timeout=30).run()
    assert [toast.value for toast in app.toast] == [r"Granted to \*A\* \[b\](c)"]
    assert app.text_input(key="grant_typed").label == r"Type \*A\* to confirm"
    app.text_input(key="grant_typed").set_value("*A*").run()
    app.button(key="grant_confirm").click().run()
    assert [error.value for error in app.error] == [r"\*A\* \[b\](c) is taken."]
