"""`apparatus distribute` and `apparatus read`, as they are typed."""

import json

import pytest
from shots import picture, shot

from apparatus.cli import main
from apparatus.provenance import keys
from apparatus.store import Store


@pytest.fixture(autouse=True)
def outputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APPARATUS_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setattr(keys, "user_data_path", lambda name: tmp_path / "data" / name)
    Store().save(shot())
    return tmp_path


def run(*arguments) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    return left.value.code or 0


def test_a_sheet_goes_out_and_is_read_again(outputs, capsys):
    assert run("distribute", "last", "--channel", "artistic", "--title", "Boat", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (outputs / told["file"]).stat().st_size == told["bytes"]
    assert run("read", told["file"], "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kept"], found["exposure"]) == ("other", told["id"])
    assert found["credentials"]["state"] == ("own" if told["signed"] else "none")
    assert run("read", told["file"]) == 0
    assert "Claimed: anybody can write this" in capsys.readouterr().out


def test_paper_makes_a_pdf_and_the_name_says_which(outputs):
    assert run("distribute", "last", "--channel", "imperative", "--paper", "a3", "--slogan", "Now") == 0
    assert (outputs / "20261122-123456-ab12-imperative.pdf").read_bytes()[:5] == b"%PDF-"
    assert run("distribute", "last", "--channel", "indicative", "--to", "press.pdf") == 0
    assert (outputs / "press.pdf").read_bytes()[:5] == b"%PDF-"


def test_the_picture_alone_unsigned_is_the_file_that_was_kept(outputs):
    assert run("distribute", "last", "--no-sign", "--to", "alone.png") == 0
    kept = next((outputs / "outputs").glob("*/picture.png"))
    assert (outputs / "alone.png").read_bytes() == kept.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--slogan", "Now"], "channel"),
        (["--channel", "artistic", "--slogan", "Now"], "slogan"),
        (["--channel", "artistic", "--to", "print.tiff"], ".png or .pdf"),
        (["--channel", "artistic", "--paper", "a4", "--to", "print.png"], "paper"),
        (["--paper", "a4"], "by itself"),
        (["--channel", "artistic", "--paper", "a4", "--sign"], "signed"),
    ],
)
def test_what_cannot_go_out_is_one_sentence(arguments, said, capsys):
    assert run("distribute", "last", *arguments) == 2
    assert said in capsys.readouterr().err


def test_where_no_key_can_be_kept_the_picture_goes_out_unsigned_and_that_is_said(outputs, capsys):
    pytest.importorskip("c2pa")
    (outputs / "data").write_text("no folder")
    assert run("distribute", "last", "--channel", "artistic", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["signed"] is False
    assert "It carries no Content Credentials: no key can be kept" in said.err
    assert run("distribute", "last", "--channel", "artistic", "--sign") == 1
    assert "Content Credentials cannot be written" in capsys.readouterr().err


def test_credentials_that_lie_elsewhere_are_told_apart(outputs, capsys):
    pytest.importorskip("c2pa")
    provenance = 'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://example.org/x"'
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {rdf}><rdf:Description {provenance}/></rdf:RDF>'
    picture((9, 9)).save(outputs / "found.jpg", xmp=f"{xmp}</x:xmpmeta>".encode())
    assert run("read", "found.jpg") == 0
    said = capsys.readouterr().out
    assert "none in the file. It says that they lie at an address" in said
    assert "address: https://example.org/x" in said


def test_what_cannot_be_read_is_one_sentence(outputs, capsys):
    (outputs / "note.txt").write_text("no picture")
    assert run("read", "note.txt") == 1
    assert "note.txt cannot be read as a picture" in capsys.readouterr().err
    assert run("read", "missing.png") == 1
    assert "No such file" in capsys.readouterr().err


def test_a_bare_picture_says_nothing(outputs, capsys):
    picture((9, 9)).save(outputs / "bare.png")
    assert run("read", "bare.png") == 0
    assert "It says nothing else of itself." in capsys.readouterr().out
