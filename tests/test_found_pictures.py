"""Pictures from anywhere: what they claim is told apart from what was checked, and traps are refused."""

import json
import struct
import time
import zlib
from importlib import import_module
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from shots import picture, shot

from apparatus import channels, reading
from apparatus.errors import NotAPicture, PictureTooLarge
from apparatus.provenance import keys
from apparatus.store import Store

XMP = "XML:com.adobe.xmp"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "user_data_path", lambda name: tmp_path / "data" / name)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "outputs")
    store.save(shot())
    return store


def png(size=(8, 8), **texts) -> bytes:
    told = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        told.add_itxt(XMP if name == "xmp" else name, text)
    file = BytesIO()
    picture(size).save(file, "PNG", pnginfo=told)
    return file.getvalue()


def said(found, kind):
    return next((claim.said for claim in found.claims if claim.kind == kind), {})


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(wide: int, high: int, *more: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + pixels + chunk(b"IEND", b"")


def test_an_exposures_picture_is_known_again_signed_or_not(store):
    exposure = store.open("last")
    plain = reading.read(channels.file(exposure, None, signed=False), store=store)
    signed = reading.read(channels.file(exposure, None, signed=True), store=store)
    for found in (plain, signed):
        assert (found.kept, found.exposure, found.at_odds) == ("same", exposure.id, ())
        assert said(found, "parameters")["Seed"] == "7"
        assert said(found, "apparatus")["prompt"] == "un bateau rouge"
        assert said(found, "xmp")["digital source type"].endswith("trainedAlgorithmicMedia")
    assert (plain.credentials.state, signed.credentials.state) == ("none", "own")


def test_a_sheet_names_its_exposure_and_is_another_file(store):
    found = reading.read(channels.file(store.open("last"), "artistic", signed=False), store=store)
    assert (found.kept, found.at_odds) == ("other", ())
    assert said(found, "apparatus")["sheet: channel"] == "artistic"


def test_metadata_of_ours_on_another_picture_is_not_believed(store):
    file = channels.file(store.open("last"), None, signed=False)
    with Image.open(BytesIO(file)) as opened:
        stolen = opened.info["apparatus"]
    assert reading.read(png(apparatus=stolen), store=store).kept == "other"
    elsewhere = stolen.replace("ab12", "ffff")
    assert reading.read(png(apparatus=elsewhere), store=store).kept == "unknown"
    climbing = json.dumps({"id": "../../etc/passwd"})
    assert reading.read(png(apparatus=climbing), store=store).kept == "unknown"


@pytest.mark.parametrize("more", [b"\xff\xff\xff\xffzzzz" + b"payload" * 9, b"payload", b"\0"])
def test_an_exposures_picture_with_something_behind_it_is_another_file(store, more):
    for signed in (False, True):
        file = channels.file(store.open("last"), None, signed=signed)
        assert reading.read(file + more, store=store).kept == "other"


def test_what_stands_behind_more_chunks_than_are_read_counts_too(store, monkeypatch):
    file = channels.file(store.open("last"), None, signed=False)
    chunks = import_module("apparatus.reading.chunks")
    monkeypatch.setattr(chunks, "MOST_CHUNKS", len(list(chunks._walk(file))))
    assert reading.read(file, store=store).kept == "same"
    assert reading.read(file + chunk(b"zzZz", b"payload"), store=store).kept == "other"


def test_a_signed_picture_that_was_changed_is_broken(store):
    file = bytearray(channels.file(store.open("last"), None, signed=True))
    file[file.rindex(b"IDAT") + 30] ^= 1
    found = reading.read(bytes(file), store=store)
    assert (found.credentials.state, found.kept) == ("broken", "other")


def test_other_tools_are_read_in_their_own_words():
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 42, "model": ["4", 0]}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd.safetensors"}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lighthouse"}},
    }
    comfy = reading.read(png(prompt=json.dumps(graph), workflow=json.dumps({"nodes": [1, 2]})))
    assert said(comfy, "comfyui") == {
        "nodes": "3",
        "text": "a lighthouse",
        "seed": "42",
        "model": "sd.safetensors",
    }
    invoke = {"positive_prompt": "fog", "seed": 3, "steps": 9, "model": {"name": "m"}, "app_version": "6.12"}
    found = reading.read(png(invokeai_metadata=json.dumps(invoke)))
    assert said(found, "invokeai") == {
        "positive_prompt": "fog", "seed": "3", "steps": "9", "app_version": "6.12", "model": "m"
    }  # fmt: skip
    assert said(reading.read(png(Software="NovelAI")), "text") == {"Software": "NovelAI"}


def test_a_jpegs_comment_camera_and_xmp_are_read_and_contradict_each_other():
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Leica", "M6"
    told = "a boat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 512x512"
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + told.encode("utf-16-be")
    source = 'Iptc4xmpExt:DigitalSourceType="http://x/trainedAlgorithmicMedia"'
    xmp = f'<rdf:Description {source} xmp:CreatorTool="A &amp; B"/>'
    file = BytesIO()
    picture((16, 16)).save(file, "JPEG", exif=exif, xmp=xmp.encode())
    found = reading.read(file.getvalue())
    assert said(found, "exif")["camera"] == "Leica M6"
    assert said(found, "parameters")["Sampler"] == "Euler a"
    assert said(found, "xmp") == {
        "digital source type": "http://x/trainedAlgorithmicMedia",
        "creator tool": "A & B",
    }
    assert found.at_odds == ("size", "camera")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF", "GIF", "AVIF", "PNG"])
def test_every_format_is_read(kind):
    file = BytesIO()
    picture((20, 12)).save(file, kind)
    found = reading.read(file.getvalue())
    assert (found.format, found.width, found.height, found.claims) == (kind, 20, 12, ())
    assert json.loads(json.dumps(found.as_dict()))["kept"] == "unknown"


@pytest.mark.parametrize(
    "file",
    [b"", b"text", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", png()[:30], b"GIF89a", b"\xff\xd8\xff\xe0",
     b"RIFF\0\0\0\0WEBP", b"<svg/>", b"II*\0\xff\xff\xff\xff"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_a_sentence(file):
    with pytest.raises(NotAPicture, match="cannot be read as a picture"):
        reading.read(file, "found.png")


@pytest.mark.parametrize(("wide", "high"), [(10_000, 10_000), (1, 2**31 - 1), (65_000, 65_000)])
def test_a_hundred_megapixels_are_refused_before_anything_is_decoded(wide, high):
    began = time.perf_counter()
    with pytest.raises(PictureTooLarge, match="megapixels"):
        reading.read(bomb(wide, high))
    assert time.perf_counter() - began < 1


def test_a_large_jpeg_and_a_large_file_are_refused():
    file = BytesIO()
    Image.new("L", (10_000, 10_000)).save(file, "JPEG", quality=1)
    with pytest.raises(PictureTooLarge, match="100 megapixels"):
        reading.read(file.getvalue())
    with pytest.raises(PictureTooLarge, match="megabytes"):
        reading.read(bytes(reading.MOST_BYTES + 1))


def test_texts_of_megabytes_are_cut_and_packed_ones_are_not_unpacked_whole():
    packed = b"Comment\0\0" + zlib.compress(b"a" * 50_000_000)
    long = b"parameters\0" + b"b" * 3_000_000
    found = reading.read(bomb(8, 8, chunk(b"zTXt", packed), chunk(b"tEXt", long)))
    assert {claim.kind: claim.cut for claim in found.claims} == {"parameters": True, "text": True}
    assert all(len(text) <= 2_000 for claim in found.claims for text in claim.said.values())


@pytest.mark.parametrize(
    "text",
    [
        "a" * 250_000,
        "a:" * 100_000,
        '"\\' * 100_000,
        " " * 250_000,
        "Steps: " + "x " * 100_000,
        "a\n" * 100_000,
    ],
)
def test_hostile_settings_are_read_quickly(text):
    began = time.perf_counter()
    reading.read(png(parameters=text, xmp="DigitalSourceType=" * 10_000 + text))
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "null", "[]", "3", '{"settings": 3, "software": [], "id": {}}', "{"]
)
def test_json_that_is_not_what_it_says_is_passed_over(text):
    found = reading.read(png(apparatus=text, prompt=text, workflow=text, invokeai_metadata=text))
    assert found.kept == "unknown"
    assert not said(found, "comfyui")


def test_damaged_chunks_and_exif_do_no_harm():
    rotten = bomb(8, 8, chunk(b"iTXt", b"x"), chunk(b"zTXt", b"\0\0\xff\xff"), chunk(b"eXIf", b"\xff" * 40))
    assert reading.read(rotten).claims == ()
    assert reading.read(rotten[:-12]).format == "PNG"  # it has no end
    with pytest.raises(NotAPicture):
        reading.read(rotten[:-30])  # it has no pixels
