"""Every exposure there is, newest first."""

import streamlit as st

from app import figures, parts, state
from app.components import sheet
from app.i18n import _

st.title(_("Archive"))
count = state.archived()
st.caption(figures.counted(count))
page = parts.pages(figures.pages(count))
state.walk(sheet(state.archive(page)))
parts.refusal()
st.page_link("views/loop.py", label=_("Loops: pictures that went back in"))
