"""The same picture three times, each as another channel shows it; and what a picture from anywhere tells."""

import streamlit as st

from app import distribution, parts, sheets, state
from app.i18n import _

st.title(_("One picture, three channels"))
parts.paragraph("introduction", _("The picture stays the same. Where it is shown decides what it means."))
distribution.passage("indicative-imperative-artistic")
shown = state.shown() or sheets.newest()
parts.refusal()
distribution.three(shown)
distribution.signing()

st.header(_("What can be read out of a picture"))
parts.paragraph(
    "introduction",
    _("Drop one from anywhere: what it says of itself, and which of that could be checked."),
)
distribution.found(
    st.file_uploader(
        _("A picture, of at most {n} megabytes").format(n=distribution.MEGABYTES),
        key="found",
        max_upload_size=distribution.MEGABYTES,
    )
)
distribution.passage(distribution.READING)
