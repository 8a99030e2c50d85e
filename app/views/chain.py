"""One prompt, one picture, and the whole chain on one page."""

import streamlit as st

from app import parts, state
from app.components import chain
from app.i18n import _

st.title(_("One prompt, one picture"))
parts.paragraph("introduction", _("An apparatus is a black box that plays its program. This one is open."))

state.take_prompt()
with st.form("asked", border=False):
    st.text_area(
        _("Prompt"),
        key=state.PROMPT,
        persist_state="session",
        height=96,
        placeholder=_("a red boat on the sea"),
    )
    with st.container(key="act", horizontal=True):
        st.form_submit_button(_("Expose"), type="primary", key="expose", on_click=state.expose)
        parts.enhance()
        with st.expander(_("Settings"), key="settings"), st.container(key="numbers", horizontal=True):
            own = _("the model's own")
            st.number_input(_("Seed"), value=None, step=1, key=state.SEED, placeholder=_("chance draws it"))
            st.number_input(_("Steps"), value=None, step=1, key=state.STEPS, placeholder=own)
            st.number_input(_("Guidance"), value=None, step=0.5, key=state.GUIDANCE, placeholder=own)
            st.text_input(_("Negative prompt"), key=state.NEGATIVE, placeholder=_("what should not be there"))
            st.page_link(
                "views/models.py", label=_("Model: {name}").format(name=parts.unmarked(state.title()))
            )

parts.cards()
shown = state.shown()
parts.refusal()
state.look_near(chain(shown, on_cancel=state.cancel))
