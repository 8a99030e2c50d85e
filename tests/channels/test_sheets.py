"""The three sheets: nothing stands on anything else, no pixel is invented, the files say what they are."""

import re
import struct
import zlib
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from shots import shot

from apparatus import channels
from apparatus.channels import CHANNELS
from apparatus.channels.sheet import Line, kerned, width
from apparatus.errors import NoPicture, OutOfRange
from apparatus.retouching import Retouch
from apparatus.takeaway.lettering import BOLD, MONO

PROMPTS = (
    "un bateau",
    "",
    "a long sentence of many words " * 60,
    "œuf {seed} 日本 مرحبا 😀 \u202e",
    "x" * 3000,
)
SHAPES = ((64, 64), (256, 256), (64, 128), (128, 64), (1024, 256), (200, 1000))
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def chunks(file: bytes) -> dict[str, str]:
    """A PNG's texts, read as the specification says, with every chunk's checksum looked at."""
    assert file[:8] == bytes.fromhex("89504e470d0a1a0a")
    texts, at = {}, 8
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        assert struct.unpack(">I", file[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + content),)
        if kind == b"tEXt":
            name, text = content.split(b"\0", 1)
            texts[name.decode("latin-1")] = text.decode("latin-1")
        elif kind == b"iTXt":
            name, packed, _method, _tongue, _translated, text = re.fullmatch(
                rb"([^\0]+)\0(.)(.)([^\0]*)\0([^\0]*)\0(.*)", content, re.DOTALL
            ).groups()
            assert packed == b"\0"
            texts[name.decode("latin-1")] = text.decode("utf-8")
        at += length + 12
    return texts


def described(packet: str) -> tuple[dict[str, str], str]:
    """An XMP packet's properties that stand as attributes, and its description."""
    root = ElementTree.fromstring(re.sub(r"<\?xpacket[^>]*\?>", "", packet.lstrip("\ufeff")).strip())
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    said = root.find(f".//{{http://purl.org/dc/elements/1.1/}}description//{rdf}li")
    return dict(root.find(f".//{rdf}Description").attrib), "" if said is None else said.text


def boxes(file: bytes) -> dict[str, tuple[float, ...]]:
    """A PDF's page boxes, in points."""
    found = re.findall(rb"/(MediaBox|TrimBox|BleedBox) \[\s*([\d. ]+?)\s*\]", file)
    return {name.decode(): tuple(map(float, numbers.split())) for name, numbers in found}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_nothing_leaves_the_paper_or_stands_on_the_picture(channel, size, prompt):
    sheet = channels.compose(shot(size, prompt), channel, "fr")
    box = sheet.box
    assert box.high / box.wide == pytest.approx(size[1] / size[0])
    texts = [mark for mark in sheet.marks if isinstance(mark, Line)]
    assert texts
    for line in texts:
        assert 10 <= line.x, line.text
        assert line.x + line.wide <= 200.5, line.text
        assert line.y <= 290
        above = line.y - line.size * 0.3 < box.y
        beside = line.x > box.x + box.wide
        assert above or beside or line.y - line.size * 0.25 > box.y + box.high - 0.1, line.text
    rows = sorted({(line.x, line.y) for line in texts})
    assert len(rows) == len(texts)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("size", [(256, 256), (64, 96)])
def test_a_pixel_of_the_picture_is_a_square_of_whole_pixels(channel, size):
    exposure = shot(size)
    sheet = channels.compose(exposure, channel)
    with Image.open(BytesIO(channels.png(sheet, exposure.record))) as opened:
        seen = np.asarray(opened.convert("RGB"))
    assert seen.shape[0] >= 1600
    scale = seen.shape[1] / 210
    each = round(sheet.box.wide * scale) // size[0]
    assert each >= 1
    left, top = round(sheet.box.x * scale), round(sheet.box.y * scale)
    original = np.asarray(exposure.picture).repeat(each, 0).repeat(each, 1)
    cut = original[max(-top, 0) :, max(-left, 0) :]
    shown = seen[max(top, 0) :, max(left, 0) :][: cut.shape[0], : cut.shape[1]]
    assert np.array_equal(shown, cut[: shown.shape[0], : shown.shape[1]])


def test_the_png_says_what_it_is():
    exposure = shot((256, 256))
    sheet = channels.compose(exposure, "artistic", "en", "a4", {"title": "Boat & <sea>"})
    texts = chunks(channels.png(sheet, exposure.record))
    last = texts["parameters"].splitlines()[-1]
    settings = dict(re.findall(r"([A-Z][\w ]+): ([^,]+)", last))
    assert (settings["Steps"], settings["Seed"], settings["CFG scale"]) == ("3", "7", "3.5")
    attributes, description = described(texts["XML:com.adobe.xmp"])
    assert attributes["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"] == TRAINED
    assert "72 ppi" in description
    assert '"channel": "artistic"' in texts["apparatus"]
    assert '"ppi": 72' in texts["apparatus"]


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("a3", (297, 420))])
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_pdf_is_of_the_papers_size_with_three_millimetres_around(channel, paper, size):
    exposure = shot((256, 256))
    found = boxes(channels.pdf(channels.compose(exposure, channel, "fr", paper), exposure.record))
    trim, bleed, media = found["TrimBox"], found["BleedBox"], found["MediaBox"]
    millimetres = [side * 25.4 / 72 for side in (trim[2] - trim[0], trim[3] - trim[1])]
    assert millimetres == pytest.approx(size, abs=0.1)
    for outer, by in ((bleed, 3), (media, 10)):
        around = [trim[0] - outer[0], trim[1] - outer[1], outer[2] - trim[2], outer[3] - trim[3]]
        assert [side * 25.4 / 72 for side in around] == pytest.approx([by] * 4, abs=0.01)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_pdf_embeds_every_font_and_says_what_it_is(channel):
    exposure = shot((256, 256), "œuf 日本 😀 été")
    file = channels.pdf(channels.compose(exposure, channel, "fr"), exposure.record)
    assert b"Helvetica" not in file
    fonts, embedded = file.count(b"/Type /FontDescriptor"), file.count(b"/FontFile2")
    assert fonts == embedded > 0
    packet = re.search(rb"<\?xpacket begin.*?<\?xpacket end=\"r\"\?>", file, re.DOTALL)
    attributes, description = described(packet[0].decode())
    assert attributes["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"] == TRAINED
    assert "ppp" in description
    assert re.search(rb"/Type /Catalog[^>]*", file)
    assert b"/Metadata" in file


def test_the_pdfs_picture_is_whole_squares_of_at_least_300_an_inch():
    exposure = shot((256, 256))
    file = channels.pdf(channels.compose(exposure, "artistic"), exposure.record)
    wide = {int(number) for number in re.findall(rb"/Width (\d+)", file)}
    assert wide == {256 * 5}  # 72 ppi, five times: 361


def test_a_large_picture_is_set_at_300_an_inch_and_left_as_it_is():
    exposure = shot((1200, 1200))
    sheet = channels.compose(exposure, "artistic")
    assert sheet.ppi == 300
    assert re.findall(rb"/Width (\d+)", channels.pdf(sheet, exposure.record)) == [b"1200"]


def test_kerned_pieces_make_up_the_line():
    for text in ("AVAVA Tête", "Vous l’avez demandé.", "fi 日本 fl"):
        line = Line(0, 0, text, BOLD, 40)
        pieces = list(kerned(line))
        assert "".join(piece for _, piece, _ in pieces) == text
        assert all(one[0] <= other[0] for one, other in pairwise(pieces))
    assert len(list(kerned(Line(0, 0, "AVAVA", BOLD, 40)))) > 1
    assert len(list(kerned(Line(0, 0, "AVAVA", MONO, 40)))) == 1
    assert width("AVAVA", BOLD, 40) == pytest.approx(2 * width("AVAVA", BOLD, 20))


@pytest.mark.parametrize("prompt", ["many words " * 300, "x" * 3000, f"one {'x' * 3000}"])
@pytest.mark.parametrize("channel", ["indicative", "imperative"])
def test_however_long_the_prompt_what_it_shows_is_said_to_the_end(channel, prompt):
    ends = {"indicative": "nobody was there.", "imperative": "apparatus."}
    sheet = channels.compose(shot((64, 128), prompt), channel)
    texts = [mark for mark in sheet.marks if isinstance(mark, Line)]
    assert ends[channel] in " ".join(line.text for line in sorted(texts, key=lambda line: (line.x, line.y)))


def test_what_a_person_writes_is_taken_as_it_is():
    sheet = channels.compose(shot(), "imperative", "fr", "a4", {"slogan": "Achetez {seed} !", "call": " "})
    texts = [mark.text for mark in sheet.marks if isinstance(mark, Line)]
    assert "Achetez {seed} !" in " ".join(texts)
    assert "Demandez la vôtre" in texts  # left empty, the template speaks


def test_what_says_that_a_machine_made_it_cannot_be_written_over():
    for channel, line in (("indicative", "lead"), ("imperative", "print"), ("artistic", "technique")):
        with pytest.raises(OutOfRange, match=line):
            channels.compose(shot(), channel, texts={line: "A photograph"})
    with pytest.raises(OutOfRange, match="characters"):
        channels.compose(shot(), "imperative", texts={"slogan": "x" * 101})


def test_a_retouched_picture_and_a_silent_one_are_called_so():
    def read(exposure):
        sheet = channels.compose(exposure, "indicative", "en")
        return " ".join(mark.text for mark in sheet.marks if isinstance(mark, Line))

    assert "from these words" in read(shot())
    assert "Without being asked" in read(shot(prompt=" "))
    other = shot(asked={"retouch": Retouch(source="sha256:00")})
    assert "Out of another picture" in read(other)
    attributes, _ = described(
        chunks(channels.png(channels.compose(other, "artistic"), other.record))["XML:com.adobe.xmp"]
    )
    assert attributes["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"].endswith(
        "/compositeWithTrainedAlgorithmicMedia"
    )


def test_what_cannot_be_composed_is_refused():
    unfinished = shot(state="paused")
    unfinished.pictures.clear()
    with pytest.raises(NoPicture, match="paused"):
        channels.compose(unfinished, "artistic")
    with pytest.raises(OutOfRange, match="PDF"):
        channels.file(shot(), None, "pdf")
    with pytest.raises(OutOfRange, match="signed"):
        channels.file(shot(), "artistic", "pdf", signed=True)
