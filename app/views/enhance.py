"""A language model rewrites the prompt: every token, its odds, the roads not taken."""

import streamlit as st

from app import parts, state
from app.components import enhance
from app.i18n import _

st.title(_("Enhance"))
parts.paragraph("introduction", _("A language model rewrites the words before the picture begins."))
state.take_prompt()
parts.refusal()
enhance(state.written(), state.model(), state.worn())
