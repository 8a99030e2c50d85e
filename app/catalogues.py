"""Bring the catalogues in line with the code: `python -m app.catalogues`.

New sentences are added, gone ones are dropped. English is filled in as the code says it; French is left
empty, for a person to write, and the tests ask for it.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.i18n import LANGUAGES, catalogue_file

APP = Path(__file__).parent
KEYWORDS = {"_": None, "ngettext": (1, 2)}
UNSAID = ('"Project', '"Report', '"POT-', '"PO-', '"Last-', '"Language-Team', '"Generated')
"""Header fields with nothing to say, or a date that would change at every update."""


def extracted() -> Catalog:
    """Every sentence that the app's code says."""
    found = _empty(None)
    for file, _line, message, *_rest in extract_from_dir(APP, [("**.py", "python")], keywords=KEYWORDS):
        found.add(message, locations=[(file, 0)])
    return found


def _empty(language: str | None) -> Catalog:
    return Catalog(locale=language, header_comment="# What the app says.", charset="utf-8", fuzzy=False)


def written(language: str) -> Catalog:
    """One language's catalogue as it stands on the disk."""
    path = catalogue_file(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Write one language's catalogue anew: what the code says, in the words it has had so far."""
    now, before = extracted(), written(language)
    fresh = _empty(language)
    for message in now:
        if message.id:
            known = before.get(message.id)
            said = known.string if known and not known.fuzzy else ""
            fresh.add(message.id, said or (message.id if language == "en" else ""), message.locations)
    file = BytesIO()
    write_po(file, fresh, width=110, sort_output=True, include_lineno=False)
    lines = file.getvalue().decode("utf-8").splitlines(keepends=True)
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line for line in lines if not line.startswith(UNSAID)), "utf-8")


if __name__ == "__main__":
    for each in LANGUAGES:
        update(each)
