"""What stands round every page: the name, the language, the ways between pages."""

from pathlib import Path

import streamlit as st

from app import parts
from app.components import lamp, tongue
from app.i18n import LANGUAGES, _, preferred

STYLE = Path(__file__).parent / "static" / "page.css"
ICON = Path(__file__).parent / "static" / "icon.svg"

st.set_page_config(page_title=_("The apparatus"), page_icon=ICON, layout="wide")
st.html(STYLE)

with st.container(key="frame", horizontal=True, vertical_alignment="center"):
    parts.paragraph("name", _("The apparatus"))
    st.segmented_control(
        _("Language"),
        LANGUAGES,
        default=preferred(st.context.locale),
        required=True,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )
    lamp()

page = st.navigation(
    [
        st.Page("views/chain.py", title=_("The chain"), icon=":material/timeline:", default=True),
        st.Page("views/archive.py", title=_("Archive"), icon=":material/grid_view:", url_path="archive"),
    ],
    position="top",
)
page.run()
tongue()
