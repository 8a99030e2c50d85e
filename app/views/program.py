"""What the program knows, what it can never show, and how large it is."""

import streamlit as st

from app import parts, state
from app.components import program
from app.i18n import _

st.title(_("The program"))
parts.young()
state.ask(program(state.comparable(), on_near=state.compare))
