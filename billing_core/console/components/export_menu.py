"""Everything the filters select, as a file; it is built when the download is clicked, never while the page runs."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pandas as pd
import streamlit as st

from billing_core.console.formatting import plural
from billing_core.console.session import for_this_viewer

_FORMATS = {
    "CSV": ("csv", "text/csv"),
    "Parquet": ("parquet", "application/vnd.apache.parquet"),
}


def export_menu(name: str, frame: Callable[[], pd.DataFrame], *, rows: int, key: str) -> None:
    """A menu of formats. `frame` yields the whole filtered set of `rows` rows, exact values (Decimal, not float)."""
    export_files(name, lambda file_format: file_content(frame(), file_format), rows=rows, key=key)


def export_files(name: str, content: Callable[[str], bytes], *, rows: int, key: str) -> None:
    """A menu of formats for what is too long for a frame: `content` makes the file of `CSV` or `Parquet` itself."""
    chosen = st.menu_button("Export", list(_FORMATS), key=key, icon=":material/download:")
    if chosen:
        _download_dialog(name, chosen, content, rows, key)


def file_content(frame: pd.DataFrame, file_format: str) -> bytes:
    """The bytes of a `CSV` (UTF-8, header, point decimals) or `Parquet` file."""
    if file_format == "CSV":
        return frame.map(_plain).to_csv(index=False).encode()
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _plain(value: object) -> object:
    """A Decimal without an exponent, which str() would write for 0.000000001."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _download_dialog(name: str, chosen: str, content: Callable[[str], bytes], rows: int, key: str) -> None:
    extension, mime = _FORMATS[chosen]

    @st.dialog(f"Export as {chosen}")
    def offer() -> None:
        st.text(f"{plural(rows, 'row')}: everything the filters select, not only what is on screen.")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.download_button(
                f"Download {chosen}",
                for_this_viewer(lambda: content(chosen)),
                file_name=f"{name}.{extension}",
                mime=mime,
                key=f"{key}_download",
                on_click="ignore",
                type="primary",
            )

    offer()
