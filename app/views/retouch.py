"""A picture goes back through the machine: painted over, covered with noise, or told what to change."""

import streamlit as st

from app import parts, state
from app.components import retouch
from app.i18n import _

st.title(_("Retouch"))
parts.paragraph(
    "introduction",
    _("A picture goes back in, and another comes out. What it touches is shown, and what it leaves alone."),
)
retouch(state.families(), state.model(), state.worn())
