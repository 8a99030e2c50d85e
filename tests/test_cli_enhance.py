"""`apparatus enhance`, and `expose --enhance`: what is printed where, and what is refused."""

import json

import endpoints
import pytest
import speakers

from apparatus.enhancements import Enhanced
from apparatus.store import Store


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return str(speakers.own(tmp_path_factory.mktemp("own") / "enhancer"))


@pytest.fixture(scope="module")
def server():
    with endpoints.endpoint() as server:
        yield server


def test_stdout_has_the_text_and_stderr_what_was_added(run, server):
    code, out, err = run("enhance", "Chat la nuit zorglub", "--by", server.by("good"))
    assert (code, out) == (0, "un petit chat noir, la nuit\n")
    assert "added: un, petit, noir" in err
    assert "mended: Chat -> chat" in err
    assert "left out: zorglub" in err


def test_what_the_endpoint_declined_is_not_said_to_be_used(run, server):
    options = ("--temperature", "0.3", "--top-p", "0.5", "--seed", "7")
    assert (
        "by plain: temperature 0.3, top-p 0.5, seed 7"
        in run("enhance", "chat", "--by", server.by("plain"), *options)[2]
    )
    err = run("enhance", "chat", "--by", server.by("least"), *options)[2]
    assert "by least: as its endpoint has it" in err
    assert "declined by the endpoint: temperature, top-p, longest, seed" in err
    assert "0.3" not in err


def test_a_table_tells_every_token(run, own):
    code, out, _ = run("enhance", "chat", "--by", own, "--seed", 4, "--longest", 5, "--table")
    assert code == 0
    text, head, *rows = out.splitlines()
    assert head.split()[:6] == ["place", "token", "id", "whose", "odds", "bits"]
    assert len(rows) == 5
    assert all("%" in row for row in rows)
    assert text


def test_another_token_can_be_chosen(run, own):
    asked = ["enhance", "chat", "--by", own, "--seed", 4, "--longest", 5, "--json"]
    first = Enhanced.model_validate_json(run(*asked)[1])
    other = first.tokens[2].alternatives[0]
    turned = Enhanced.model_validate_json(run(*asked, "--choose", f"2:{other.id}")[1])
    assert turned.tokens[:2] == first.tokens[:2]
    assert (turned.tokens[2].id, turned.tokens[2].chosen) == (other.id, True)
    by_text = Enhanced.model_validate_json(run(*asked, "--choose", "2: chat")[1])
    assert by_text.tokens[2].text == " chat"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--by", "nobody"], 1, "cannot rewrite a prompt"),
        (["--by", "http://machine/v1"], 2, "endpoint"),
        (["--temperature", "9"], 2, "enhance.temperature"),
        (["--choose", "x"], 2, "PLACE:TOKEN"),
        (["--longest", "0"], 2, "enhance.longest"),
    ],
)
def test_what_is_refused_is_one_sentence(run, options, code, said):
    told = run("enhance", "chat", *options)
    assert told[0] == code
    assert told[1] == ""
    assert said in told[2]
    assert "Traceback" not in told[2]


def test_an_endpoint_that_misbehaves_is_one_sentence(run, server):
    code, out, err = run("enhance", "chat", "--by", server.by("page"))
    assert (code, out) == (1, "")
    assert "a page of HTML" in err


def test_an_exposure_is_rewritten_first_and_shows_it(run, tiny, own, tmp_path):
    code, out, _ = run("expose", "red boat", "--model", tiny, "--enhance", own, "--json")
    assert code == 0
    record = Store(tmp_path / "outputs").open(json.loads(out)["id"]).record
    assert record.enhanced.prompt
    assert record.settings.prompt == "red boat"
    shown = run("show", "last")[1]
    assert record.enhanced.prompt[:40] in shown
    assert "words_added" in shown


def test_an_exposure_whose_rewriting_failed_is_made_and_says_so(run, tiny, server):
    code, out, err = run("expose", "red boat", "--model", tiny, "--enhance", server.by("refuses"))
    assert code == 0
    assert out.strip().endswith("picture.png")
    assert "I cannot help with that." in err
    assert "The prompt stays as it was written." in run("show", "last")[1]
