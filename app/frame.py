"""What stands round every page: the name, the ways between pages, the language, the light."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import parts
from app.components import lamp, tongue
from app.i18n import LANGUAGES, _, preferred

STATIC = Path(__file__).parent / "static"
OPEN, HERE = "menu", "here"


def menu(pages: Sequence[StreamlitPage], page: StreamlitPage) -> None:
    """All ways and the language behind one button, for screens too narrow for a row of them (`page.css`)."""
    if st.session_state.get(HERE) != page.url_path:  # it was opened on another page, and led here
        st.session_state[HERE], st.session_state[OPEN] = page.url_path, False
    st.session_state["spoken"] = st.session_state["lang"]
    with st.popover(_("Menu"), icon=":material/menu:", key=OPEN, on_change="rerun"):
        for each in pages:
            st.page_link(each)
        st.segmented_control(_("Language"), LANGUAGES, required=True, key="spoken", on_change=speak)


def speak() -> None:
    """Speak the language that was chosen in the menu."""
    st.session_state["lang"] = st.session_state["spoken"]


st.set_page_config(page_title=_("The apparatus"), page_icon=STATIC / "icon.svg", layout="wide")
st.html(STATIC / "page.css")

pages = [
    st.Page("views/chain.py", title=_("The chain"), default=True),
    st.Page("views/darkroom.py", title=_("Darkroom"), url_path="darkroom"),
    st.Page("views/program.py", title=_("Program"), url_path="program"),
    st.Page("views/archive.py", title=_("Archive"), url_path="archive"),
    st.Page("views/models.py", title=_("Models"), url_path="models"),
]
quiet = [  # the chain's stages lead to these
    st.Page("views/enhance.py", title=_("Enhance"), url_path="enhance"),
    st.Page("views/channels.py", title=_("Channels"), url_path="channels"),
    st.Page("views/retouch.py", title=_("Retouch"), url_path="retouch"),
    st.Page("views/selection.py", title=_("Select"), url_path="select"),
    st.Page("views/loop.py", title=_("Loop"), url_path="loop"),
]
page = st.navigation([*pages, *quiet], position="hidden")

with st.container(key="frame", horizontal=True, vertical_alignment="center"):
    parts.paragraph("name", _("The apparatus"))
    with st.container(key="ways", horizontal=True, vertical_alignment="center", width="content"):
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
    menu(pages, page)
    lamp()

page.run()
tongue()
