"""The picture goes back in: a program says what it sees, that is the next prompt, and nobody is asked."""

import streamlit as st

from app import parts, state
from app.components import loop
from app.i18n import _

st.title(_("Loop"))
parts.paragraph(
    "introduction",
    _("The picture goes back in: a program says what it sees, and that is the next prompt. Nobody is asked."),
)
parts.refusal()
loop(st.query_params.get("exposure"), state.model(), state.worn())
