"""Every model that the apparatus knows: what it is made of, what it needs, what it forbids."""

import streamlit as st

from app import parts, state
from app.components import shelf
from app.i18n import _

st.title(_("Models"))
parts.paragraph(
    "introduction",
    _("Any of these can be the program. The chain lays all of them open in the same way."),
)
parts.refusal()
state.choose(*shelf(state.model(), state.worn()))
