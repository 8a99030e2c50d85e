"""Content Credentials: what is signed holds, what was changed does not, whose key it was is told apart."""

import json
import os
import shutil
import stat
import subprocess
from io import BytesIO

import pytest
from shots import shot

from apparatus import channels, provenance
from apparatus.errors import NoCredentials
from apparatus.provenance import keys, signing

c2pa = pytest.importorskip("c2pa")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A data folder of its own."""
    monkeypatch.setattr(keys, "user_data_path", lambda name: tmp_path / "data" / name)
    monkeypatch.delenv("APPARATUS_SIGN_KEY", raising=False)
    monkeypatch.delenv("APPARATUS_SIGN_CERT", raising=False)
    return tmp_path


@pytest.fixture
def signed():
    return channels.file(shot(), "artistic", signed=True)


def test_a_signed_sheet_is_this_machines_own_and_names_the_stages(signed):
    checked = provenance.check(signed, "image/png")
    assert checked.state == "own"
    assert checked.faults == ()
    assert checked.actions[0] == "c2pa.created"
    stages = [action.rpartition(".")[2] for action in checked.actions[1:]]
    assert stages == ["prompt", "encode", "noise", "denoise", "decode", "distribute"]
    assert checked.source_type.endswith("/trainedAlgorithmicMedia")


def test_the_stages_hold_what_was_set():
    said = {
        each["action"]: each["parameters"]
        for each in signing.manifest(shot().record)["assertions"][0]["data"]["actions"]
    }
    assert said["org.apparatus.noise"] == {"seed": 7}
    assert said["org.apparatus.denoise"]["steps"] == 3
    assert "org.apparatus.distribute" not in said


def test_what_was_written_in_the_file_survives_the_signature(signed):
    from PIL import Image

    with Image.open(BytesIO(signed)) as opened:
        opened.load()
        assert opened.info["parameters"].startswith("un bateau rouge")
        assert "trainedAlgorithmicMedia" in opened.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("mark", [b"parameters", b"IDAT", b"XML:com.adobe.xmp"])
def test_one_changed_bit_anywhere_breaks_it(signed, mark):
    changed = bytearray(signed)
    changed[changed.rindex(mark) + 40] ^= 1
    checked = provenance.check(bytes(changed), "image/png")
    assert checked.state == "broken"
    assert checked.faults


def test_another_machines_key_is_valid_and_nobody_vouches_for_it(signed, here):
    shutil.move(here / "data", here / "elsewhere")
    assert provenance.check(signed, "image/png").state == "valid"
    provenance.own_key()  # now there is a key here, and it is another
    assert provenance.check(signed, "image/png").state == "valid"


def test_a_certificate_that_only_bears_our_name_is_not_ours(signed, here):
    named = provenance.check(signed, "image/png").signer
    shutil.rmtree(here / "data")
    forged = channels.file(shot(), "artistic", signed=True)
    shutil.rmtree(here / "data")
    provenance.own_key()
    checked = provenance.check(forged, "image/png")
    assert (checked.state, checked.signer) == ("valid", named)


def test_an_unsigned_file_says_none():
    assert provenance.check(channels.file(shot(), "artistic", signed=False), "image/png").state == "none"
    assert provenance.check(b"nothing", "image/png").state in ("none", "broken")


PROVENANCE = (
    '<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{}"/>',
    '<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:provenance>{}</dcterms:provenance>'
    "</rdf:Description>",
)


@pytest.mark.parametrize("said", PROVENANCE)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_credentials_that_lie_elsewhere_are_not_fetched_and_not_called_broken(kind, said):
    from PIL.PngImagePlugin import PngInfo

    around = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{}">{}</rdf:RDF></x:xmpmeta>'
    address = "https://example.org/boat.c2pa"
    xmp = around.format("http://www.w3.org/1999/02/22-rdf-syntax-ns#", said.format(address))
    told, file = PngInfo(), BytesIO()
    told.add_itxt("XML:com.adobe.xmp", xmp)
    shot().picture.save(file, kind, **({"pnginfo": told} if kind == "PNG" else {"xmp": xmp.encode()}))
    checked = provenance.check(file.getvalue(), f"image/{kind.lower()}")
    assert (checked.state, checked.address, checked.faults) == ("elsewhere", address, ())


def test_the_key_is_made_once_and_read_by_nobody_else():
    first, second = provenance.own_key(), provenance.own_key()
    assert first == second
    assert first.made_here
    for part in ("key", "chain", "anchor"):
        assert stat.S_IMODE((keys.folder() / f"{part}.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.folder().stat().st_mode) == 0o700
    assert not [path for path in keys.folder().parent.iterdir() if path != keys.folder()]


def given(folder, curve="prime256v1"):
    """A key and a chain that a user brings: made by openssl, where that is."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here")
    key, chain = folder / "user.key", folder / "user.pem"
    subprocess.run(["openssl", "ecparam", "-name", curve, "-genkey", "-noout", "-out", key], check=True)
    subprocess.run(
        ["openssl", "req", "-new", "-x509", "-key", key, "-out", chain, "-days", "9", "-subj", "/O=U/CN=Us",
         "-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=emailProtection",
         "-addext", "basicConstraints=critical,CA:FALSE"],
        check=True,
    )  # fmt: skip
    return key, chain


def test_a_key_that_the_user_gives_is_used(here, monkeypatch):
    key, chain = given(here)
    monkeypatch.setenv("APPARATUS_SIGN_KEY", str(key))
    monkeypatch.setenv("APPARATUS_SIGN_CERT", str(chain))
    used = provenance.own_key()
    assert (used.algorithm, used.made_here) == ("es256", False)
    assert not keys.folder().exists()


@pytest.mark.parametrize("missing", ["APPARATUS_SIGN_KEY", "APPARATUS_SIGN_CERT"])
def test_half_a_key_is_refused(here, monkeypatch, missing):
    for name, value in (("APPARATUS_SIGN_KEY", "k"), ("APPARATUS_SIGN_CERT", "c")):
        monkeypatch.setenv(name, "" if name == missing else str(here / value))
    with pytest.raises(NoCredentials, match="both"):
        provenance.own_key()


def test_a_key_that_is_none_is_refused(here, monkeypatch):
    (here / "k").write_text("no key")
    for name in ("APPARATUS_SIGN_KEY", "APPARATUS_SIGN_CERT"):
        monkeypatch.setenv(name, str(here / "k"))
    with pytest.raises(NoCredentials, match="cannot be read"):
        provenance.own_key()
    key = provenance.Key("no key", "no chain", "es256")
    with pytest.raises(NoCredentials, match="refused"):
        provenance.sign(channels.file(shot(), "artistic", signed=False), shot().record, key)


def unkeepable(here, monkeypatch):
    (here / "data").write_text("no folder")


def unreadable(here, monkeypatch):
    keys.folder().mkdir(parents=True)


def half(here, monkeypatch):
    monkeypatch.setenv("APPARATUS_SIGN_KEY", str(here / "k"))


@pytest.mark.parametrize("spoil", [unkeepable, unreadable, half])
def test_where_no_key_can_be_had_the_file_goes_out_unsigned_and_says_why(here, monkeypatch, spoil):
    assert provenance.fault() == ""
    shutil.rmtree(here / "data")
    spoil(here, monkeypatch)
    whys = []
    unsigned = channels.file(shot(), "artistic", unsigned=whys.append)
    assert unsigned == channels.file(shot(), "artistic", signed=False)
    assert whys == [provenance.fault()]
    assert whys != [""]
    with pytest.raises(NoCredentials):
        channels.file(shot(), "artistic", signed=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_key_is_named(here):
    (here / "data").mkdir()
    (here / "data").chmod(0o500)
    with pytest.raises(NoCredentials, match="no key can be kept"):
        provenance.own_key()


def test_without_the_extra_nothing_is_signed_and_a_manifest_stays_unchecked(signed, monkeypatch):
    for module in ("signing", "checking"):
        monkeypatch.setattr(f"apparatus.provenance.{module}.available", lambda: False)
    assert provenance.check(signed, "image/png").state == "unchecked"
    shutil.rmtree(keys.folder())
    assert channels.file(shot(), "artistic") == channels.file(shot(), "artistic", signed=False)
    assert "c2pa-python" in provenance.fault()
    assert not keys.folder().exists()
    with pytest.raises(NoCredentials, match="c2pa-python"):
        channels.file(shot(), "artistic", signed=True)


def test_c2pas_own_reader_finds_nothing_but_that_nobody_vouches_for_the_key(signed):
    with c2pa.Reader("image/png", BytesIO(signed)) as reader:
        found = json.loads(reader.json())
    assert found["validation_state"] == "Valid"
    assert [status["code"] for status in found["validation_status"]] == ["signingCredential.untrusted"]
