"""A Python script that makes a recorded picture again, and says whether it is the same."""

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from apparatus.alterations import Alteration
from apparatus.masks import Mask
from apparatus.models import catalogue
from apparatus.record import Exposure, Record

LINE = 88
"""Characters of a text that stand in one line of the script."""

BODY = '''"""Make a recorded picture again, from nothing but its settings and what was altered on its way.

It needs the package `apparatus` and the same model. Other versions of torch, or another processor, may round
otherwise; then the picture may differ in some pixels.
"""

{modules}
import apparatus
{imported}
RECORDED = {id}
# Of the model's weights, and the SHA-256 of the recorded picture's pixels in RGB.
EDITION = {edition}
PIXELS = {pixels}
MADE_WITH = {software}

model = apparatus.load({model})
settings = apparatus.Settings(
{settings})
alterations = [{alterations}]
{before}exposure = apparatus.expose(model, settings, alterations=alterations{given})
exposure.picture.save({file})

pixels = sha256(exposure.picture.convert("RGB").tobytes()).hexdigest()
if PIXELS is None:
    print(f"The picture of {{RECORDED}} was never finished: there is nothing to compare this one with.")
elif pixels == PIXELS:
    print(f"The same picture as {{RECORDED}}, bit for bit.")
else:
    print(f"Not the same picture as {{RECORDED}}.")
    if exposure.record.model.edition != EDITION:
        print("The model has other weights, or weights of another type.")
    for name, version in MADE_WITH.items():
        here = exposure.record.software.get(name)
        if here != version:
            print(f"It was made with {{name}} {{version}}, this one with {{here}}.")
    raise SystemExit(1)
'''
MODULES = "from hashlib import sha256\n"
MODULES_WITH_PICTURE = """import sys
from hashlib import sha256
from pathlib import Path

from PIL import Image
"""
BEFORE = """# What it was made from: source.png of the recorded exposure, beside this script or elsewhere.
file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("source.png")
if not file.is_file():
    raise SystemExit(f"Give this script the source.png of {RECORDED}: there is no {file}.")
before = Image.open(file)
"""


def script(exposure: Exposure) -> str:
    """A script in Python that makes this picture again and compares its pixels with the recorded ones.

    It prints what it found, and ends with 1 where the two differ. The picture is kept beside it.

    Raises:
        BrokenRecord: the exposure was finished, and its picture cannot be read.
    """
    record, picture = exposure.record, exposure.picture
    kinds = sorted({type(line).__name__ for line in record.alterations})
    retouched = record.settings.retouch is not None
    imported = f"from apparatus.alterations import {', '.join(kinds)}\n" if kinds else ""
    shown = None if picture is None else sha256(picture.convert("RGB").tobytes()).hexdigest()
    return BODY.format(
        modules=MODULES_WITH_PICTURE if retouched else MODULES,
        imported=imported + "from apparatus.retouching import Retouch\n" * retouched,
        before=BEFORE if retouched else "",
        given=", source=before" if retouched else "",
        id=repr(record.id),
        edition=repr(record.model.edition),
        pixels=repr(shown),
        software=repr(record.software),
        model=repr(_model(record)),
        settings="".join(f"    {name}={value},\n" for name, value in _settings(record)),
        alterations="".join(f"\n{_line(line)}" for line in record.alterations) + "\n" * bool(kinds),
        file=repr(f"again-{re.sub(r'[^A-Za-z0-9-]', '-', record.id)[:64]}.png"),
    )


def _model(record: Record) -> str:
    """Its name in the catalogue; of a folder its whole path, so that the script may run anywhere."""
    name = record.model.id
    if any(entry.id == name for entry in catalogue.catalogue()):
        return name
    try:
        return str(Path(name).resolve()) if Path(name).is_dir() else name
    except (OSError, ValueError):  # too long for a path, or none at all
        return name


def _settings(record: Record) -> Iterator[tuple[str, str]]:
    """What was asked, by name, as Python."""
    asked = record.told.model_dump(exclude={"model", "retouch"}, exclude_none=True)
    for name, value in asked.items():
        if value not in ("", ()) or name == "prompt":
            yield name, _literal(value, 4)
    if record.told.retouch:
        facts = record.told.retouch.model_dump(exclude={"elsewhere"}, exclude_defaults=True)
        yield "retouch", "Retouch(\n" + _inside(facts, 8) + "    )"


def _line(line: Alteration) -> str:
    """An alteration as Python, what is as it always is left out."""
    at = {} if line.kind == "noise" else {"at": line.at}
    facts = at | line.model_dump(exclude={"kind", "at"}, exclude_defaults=True)
    short = f"    {type(line).__name__}({', '.join(_facts(facts, 8))}),"
    if len(short) <= 110 and "\n" not in short:
        return short
    return f"    {type(line).__name__}(\n" + _inside(facts, 8) + "    ),"


def _facts(facts: dict[str, Any], indent: int) -> list[str]:
    return [f"{name}={_said(name, value, indent)}" for name, value in facts.items()]


def _inside(facts: dict[str, Any], indent: int) -> str:
    """Arguments, one a line."""
    return "".join(f"{' ' * indent}{each},\n" for each in _facts(facts, indent))


def _said(name: str, value: Any, indent: int) -> str:
    return _mask(value, indent) if name == "mask" else _literal(value, indent)


def _literal(value: Any, indent: int) -> str:
    """A value as Python; a long text in several lines that Python puts together."""
    if not isinstance(value, str) or len(value) <= LINE:
        return repr(value)
    pieces = re.findall(rf".{{1,{LINE}}}(?:(?<= )|$)|.{{1,{LINE}}}", value, re.DOTALL)
    within = " " * (indent + 4)
    return "(\n" + "".join(f"{within}{piece!r}\n" for piece in pieces) + " " * indent + ")"


def _mask(mask: Mask, indent: int) -> str:
    """A region: one row and how often where all are alike, else drawn row by row."""
    if mask and len(set(mask)) == 1:
        return f"({_row(mask[0])},) * {len(mask)}"
    within = " " * (indent + 4)
    return "(\n" + "".join(f"{within}{row!r},\n" for row in mask) + " " * indent + ")" if mask else "()"


def _row(row: str) -> str:
    """A row as what it is made of, where that is short."""
    runs = [f'"{cell}" * {len(list(cells))}' for cell, cells in groupby(row)]
    return " + ".join(runs) if 0 < len(runs) <= 4 else repr(row)
