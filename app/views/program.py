"""What the program knows, what it can never show, and how large it is."""

import streamlit as st

from app import parts, state, world
from app.components import program
from app.i18n import _

st.title(_("The program"))
if world.met() < world.extent()["nouns"]:
    young = _(
        "The model in this package is younger than this world: so far it was shown {met} of its {all} things."
    )
    parts.paragraph("introduction", young.format(met=world.met(), all=world.extent()["nouns"]))
state.ask(program())
