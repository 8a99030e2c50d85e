"""What a page says when its own script fails."""

import logging

import streamlit as st

from app.i18n import _

logger = logging.getLogger(__name__)


def say(error: Exception) -> bool:
    """One sentence on the page, the whole story in the log. True: nothing more is to be shown."""
    logger.error("the page failed", exc_info=error)
    st.error(_("This page stumbled. Reload it; what was exposed is kept in the archive."))
    return True
