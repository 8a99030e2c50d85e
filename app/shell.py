"""The empty page that Streamlit fills: its own, under our name, in the reader's language, dark at once."""

import re
from html import escape
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.i18n import _, named, preferred, speaking

SHELL = Path(streamlit.__file__).parent / "static" / "index.html"
PAGES = (
    "/",
    "/darkroom",
    "/program",
    "/archive",
    "/models",
    "/enhance",
    "/channels",
    "/retouch",
    "/select",
    "/loop",
)
DARK = """
    <script>
      try {
        for (const page of %s)
          for (let version = 2; version < 10; version++) {
            const key = `stActiveTheme-${page}-v${version}`
            if (!localStorage.getItem(key)) localStorage.setItem(key, '"Dark"')
          }
      } catch {}
    </script>
"""
"""Streamlit keeps which of its themes a reader chose, page by page, and takes the system's where none was."""


def shell(request: Request) -> Response:
    """Streamlit's `index.html`, whose language and title a script cannot set before it is painted."""
    language = named(request.query_params.get("lang")) or preferred(request.headers.get("accept-language"))
    with speaking(language):
        title, noscript = escape(_("The apparatus")), escape(_("This page needs JavaScript."))
    page = SHELL.read_text("utf-8").replace('<html lang="en">', f'<html lang="{language}">')
    page = page.replace("<title>Streamlit</title>", f"<title>{title}</title>")
    page = page.replace("./favicon.png", "./app/static/icon.svg")
    page = re.sub(
        r"<noscript>.*</noscript>", f"<noscript><p>{noscript}</p></noscript>", page, flags=re.DOTALL
    )
    page = page.replace("</head>", DARK % list(PAGES) + "  </head>")
    return HTMLResponse(page, headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"})
