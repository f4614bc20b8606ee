"""The frame of every screen: who is signed in, the menu they may use, and the page they chose."""

from pathlib import Path

import streamlit as st

from billing_core.console.frame import begin_frame
from billing_core.console.kept_range import bring_range, keep_range
from billing_core.console.navigation import menu_of
from billing_core.console.session import organization_switcher, require
from billing_core.console.sidebar import demo_notice, user_menu
from billing_core.domain.identity import Permission

PAGES = Path(__file__).parent

begin_frame(PAGES / "static")
viewer = require(Permission.READ_USAGE)
page = st.navigation(
    {
        section: [
            st.Page(PAGES / item.file, title=item.title, icon=item.icon, url_path=item.path, default=item.is_home)
            for item in screens
        ]
        for section, screens in menu_of(viewer).items()
    }
)
with st.sidebar:
    organization_switcher(viewer)
    user_menu(viewer)
    demo_notice(viewer)
bring_range(page.url_path)
page.run()
keep_range()
