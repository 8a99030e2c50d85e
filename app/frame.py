"""What stands round every page: the name, the ways between pages, the language, the light."""

from pathlib import Path

import streamlit as st

from app import parts
from app.components import lamp, tongue
from app.i18n import LANGUAGES, _, preferred

STATIC = Path(__file__).parent / "static"

st.set_page_config(page_title=_("The apparatus"), page_icon=STATIC / "icon.svg", layout="wide")
st.html(STATIC / "page.css")

pages = [
    st.Page("views/chain.py", title=_("The chain"), default=True),
    st.Page("views/darkroom.py", title=_("Darkroom"), url_path="darkroom"),
    st.Page("views/program.py", title=_("Program"), url_path="program"),
    st.Page("views/archive.py", title=_("Archive"), url_path="archive"),
    st.Page("views/models.py", title=_("Models"), url_path="models"),
]
page = st.navigation(pages, position="hidden")

with st.container(key="frame", horizontal=True, vertical_alignment="center"):
    parts.paragraph("name", _("The apparatus"))
    for each in pages:
        st.page_link(each)
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

page.run()
tongue()
