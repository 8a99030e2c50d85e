"""Several pictures of one prompt: each scored, one kept, and the others not hidden."""

import streamlit as st

from app import parts, state
from app.components import select
from app.i18n import _

st.title(_("Select"))
parts.paragraph(
    "introduction",
    _("Chance makes several pictures of the same words. Someone keeps one; the others stay in sight."),
)
select(state.model(), state.worn())
