"""What a visitor carries away without a network: a QR code that a phone reads from the screen.

    code = picture_code(png)                 # the picture itself, small
    code = recipe_code(record, "fr")         # how the picture is made again
    code = address_code("http://192.168.1.5:8530/taken/…png")
    code.svg, code.holds

**How dense.** A code of version 25 has 117 by 117 modules (125 with its border) and holds 1273 bytes at the
lowest level of correction. It was drawn at 900 px, as on a screen of 1080, set into frames of 1440 by 1080
pixels, tilted, blurred and covered with noise, and given to two readers. zxing-cpp 3.1.1 read versions 15 to
30 every time at 4.5 pixels of the frame a module and a blur of 1.4 px, and at 2.5 where the blur was 0.8;
a code of version 25 need then be no more than 560 pixels wide in what the camera sees. OpenCV 5.0's own
reader did worse the denser the code: at 5.5 to 9 pixels a module and a blur of 0.9 it read, of 6, 4 or 5 of
version 10, 1 to 4 of version 20, none to 3 of version 25, none of version 30. Readers differ: hence
`DENSEST`, which leaves the densest out, and a code as large as the screen allows. No phone was tried.

**What is in it.** In 1273 bytes a data URL holds a picture of 936. Of four pictures that obscura made, WebP
brought 112 to 192 pixels a side into that; enlarged again, they differed from what they were by 3.5 to 5.9
levels of 255 (root mean square). AVIF differed a little less (3.4 to 5.1), JPEG more (4.9 to 9.4). WebP is
taken: browsers have read it for longer than AVIF.

**What a phone does with it.** A QR code holds characters, and each app decides what to offer for them. For a
`data:` URL none has to offer anything: some show the text and let it be copied, and in the address line of
a browser it shows the picture; ZXing's scanner for Android read it and could not open it (zxing/zxing#234).
Plain text, as in a recipe, and an `http:` address are what such apps are made for.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from shlex import quote
from typing import Literal

import numpy as np
import segno
from PIL import Image
from segno.encoder import DataOverflowError

from apparatus.errors import CodeTooSmall, NotAPicture
from apparatus.essays import Language
from apparatus.models.catalogue import DEFAULT
from apparatus.record import Record, Settings

Kind = Literal["picture", "recipe", "address"]

DENSEST = 25
"""The densest version of a code that is made here."""

ROOM = 1273
"""Bytes in it, at the lowest level of correction. Source: ISO/IEC 18004, table 7."""

SIDES = (256, 224, 192, 160, 144, 128, 112, 96, 80, 64, 48)
"""Pixels of the longer side that are tried."""

PREFIX = "data:image/webp;base64,"
DARK, LIGHT = "#0b0a0a", "#f2efe9"


@dataclass(frozen=True)
class Code:
    """A QR code: what it looks like, and the text that is in it.

    `svg` fills the box it is put in; `side` is a picture's longer side in pixels, None where it holds none.
    """

    kind: Kind
    svg: str
    text: str
    version: int
    side: int | None = None

    @property
    def holds(self) -> dict[str, str | int]:
        """What it holds, in facts: `bytes`, and `side` of a picture or else `text`."""
        held: dict[str, str | int] = {"text": self.text} if self.side is None else {"side": self.side}
        return held | {"bytes": len(self.text.encode())}


def picture_code(png: bytes) -> Code:
    """A picture as a data URL, of the size and quality at which it differs least from what it was.

    Raises:
        NotAPicture: these bytes are none.
    """
    try:
        with Image.open(BytesIO(png)) as opened:
            picture = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise NotAPicture("the picture", str(error)) from error
    fitting = [(_difference(small, picture), -max(size), small) for size, small in _fitting(picture)]
    if not fitting:
        raise CodeTooSmall(len(png), _room())
    _, side, small = min(fitting)
    return _code("picture", PREFIX + b64encode(small).decode(), -side)


def recipe_code(record: Record, language: Language) -> Code:
    """How a picture is made again, in plain text; a sentence too long for a code is cut, and says so."""
    for longest in (None, 300, 200, 100, 40):
        text = _recipe(record, language, longest)
        if len(text.encode()) <= ROOM:
            return _code("recipe", text)
    raise CodeTooSmall(len(text.encode()), ROOM)


def address_code(url: str) -> Code:
    """An address, which a phone opens in its browser.

    Raises:
        CodeTooSmall: it is longer than a code holds.
    """
    return _code("address", url)


def _code(kind: Kind, text: str, side: int | None = None) -> Code:
    try:
        made = segno.make_qr(text, error="l", encoding="utf-8")
    except DataOverflowError as error:
        raise CodeTooSmall(len(text.encode()), ROOM) from error
    if int(made.version) > DENSEST:
        raise CodeTooSmall(len(text.encode()), ROOM)
    file = BytesIO()
    made.save(
        file, kind="svg", border=4, dark=DARK, light=LIGHT, xmldecl=False, svgclass="code", omitsize=True
    )
    drawn = file.getvalue().decode().replace("<svg ", '<svg shape-rendering="crispEdges" ', 1)  # no seams
    return Code(kind, drawn, text, int(made.version), side)


def _room() -> int:
    """Bytes that a picture in a data URL may have."""
    return (ROOM - len(PREFIX)) // 4 * 3


def _fitting(picture: Image.Image) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The picture in each size in which it fits, at the best quality at which it does."""
    longer = max(picture.size)
    for side in SIDES:
        if side > longer and side != SIDES[-1]:
            continue
        share = min(1.0, side / longer)
        size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
        small = picture.resize(size, Image.Resampling.LANCZOS)
        best = _best(partial(_webp, small), _room())
        if best is not None:
            yield size, best


def _best(made: Callable[[int], bytes], room: int) -> bytes | None:
    """What the best quality of 0 to 100 makes that fits; None where none does."""
    low, high, best = 0, 100, None
    while low <= high:
        quality = (low + high) // 2
        found = made(quality)
        if len(found) <= room:
            low, best = quality + 1, found
        else:
            high = quality - 1
    return best


def _webp(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "webp", quality=quality, method=6)
    return file.getvalue()


def _difference(small: bytes, picture: Image.Image) -> float:
    """The mean square of what differs when it is enlarged again, in levels of 255."""
    with Image.open(BytesIO(small)) as opened:
        seen = opened.convert("RGB").resize(picture.size, Image.Resampling.BICUBIC)
    return float(np.mean((np.asarray(seen, np.float32) - np.asarray(picture, np.float32)) ** 2))


WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "silent": "(sans un mot)",
        "rewritten": "Ce que le programme en a fait : {text}",
        "model": "modèle {value}",
        "seed": "graine {value}",
        "steps": "{value} pas",
        "guidance": "guidage {value}",
        "negative": "sauf : {value}",
        "again": "Pour la refaire : {command}",
        "cut": "(la phrase est coupée : elle ne tient pas dans ce code)",
        "altered": "Des choses ont été changées en chemin : la commande refait l’image d’avant.",
    },
    "en": {
        "silent": "(without a word)",
        "rewritten": "What the program made of it: {text}",
        "model": "model {value}",
        "seed": "seed {value}",
        "steps": "{value} steps",
        "guidance": "guidance {value}",
        "negative": "but not: {value}",
        "again": "To make it again: {command}",
        "cut": "(the sentence is cut: it does not fit into this code)",
        "altered": "Things were changed on the way: the command makes the picture before that.",
    },
}


def _recipe(record: Record, language: Language, longest: int | None) -> str:
    """The lines of a recipe; `longest` is how many characters of a text are left."""
    said, told, words = record.settings, record.told, WORDS[language]
    cut = longest is not None and max(map(len, (told.prompt, said.prompt, said.negative_prompt))) > longest
    asked = [_cut(said.prompt, longest) or words["silent"]]
    if told.prompt != said.prompt:
        asked.append(words["rewritten"].format(text=_cut(told.prompt, longest)))
    if said.negative_prompt:
        asked.append(words["negative"].format(value=_cut(said.negative_prompt, longest)))
    facts = {
        "model": said.model,
        "seed": said.seed,
        "steps": said.num_inference_steps,
        "guidance": None if said.guidance_scale is None else f"{said.guidance_scale:g}",
    }
    settings = ", ".join(words[key].format(value=value) for key, value in facts.items() if value is not None)
    version = f"apparatus {record.software.get('apparatus', '')}".strip()
    lines = [
        *asked,
        settings,
        version,
        words["cut"] if cut else words["again"].format(command=_command(told)),
    ]
    return "\n".join([*lines, words["altered"]] if record.alterations else lines)


def _command(told: Settings) -> str:
    """What makes it again, typed into a terminal."""
    given = {
        "seed": told.seed,
        "steps": told.num_inference_steps,
        "guidance": None if told.guidance_scale is None else f"{told.guidance_scale:g}",
        "width": told.width,
        "height": told.height,
        "model": None if told.model == DEFAULT else _quoted(told.model),
        "negative": _quoted(told.negative_prompt) if told.negative_prompt else None,
    }
    options = "".join(f" --{name} {value}" for name, value in given.items() if value is not None)
    return f"apparatus expose {_quoted(told.prompt)}{options}"


def _quoted(text: str) -> str:
    """As a shell reads it: between double quotes, where an apostrophe may stand, unless it holds more."""
    return quote(text) if re.search(r'["\\$`!]', text) else f'"{text}"'


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"
