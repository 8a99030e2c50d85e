"""A language model behind an endpoint: what it gives is kept; however it misbehaves, there is a sentence."""

import socket
import time

import endpoints
import pytest

from apparatus.enhancements import Choice, Enhance
from apparatus.enhancers import write
from apparatus.errors import OutOfRange

PROMPT = "chat la nuit"


@pytest.fixture(scope="module")
def server():
    with endpoints.endpoint() as server:
        yield server


@pytest.fixture
def ask(server):
    def ask(model, owner="", before=(), **asked):
        return write(Enhance(by=server.by(model, owner), **asked), PROMPT, "fr", before=before)

    return ask


def test_the_text_comes_token_by_token_with_its_odds(ask, server):
    seen = []
    asked = Enhance(by=server.by("good"), temperature=0.7, top_p=0.9, seed=5, longest=50)
    enhanced = write(asked, PROMPT, "fr", seen.append)
    assert [token.text for token in seen] == endpoints.TEXT
    assert enhanced.prompt == "un petit chat noir, la nuit"
    assert (enhanced.ended, enhanced.known, enhanced.problem) == ("end", "given", "")
    token = enhanced.tokens[3]
    assert token.probability == pytest.approx(0.5)
    assert [(other.text, other.probability) for other in token.alternatives] == [
        (" gris", pytest.approx(0.25)), (" roux", pytest.approx(0.125)),
    ]  # fmt: skip
    assert token.entropy == pytest.approx(0.5 + 0.5 + 0.375 + 0.375)
    assert [token.whose for token in enhanced.tokens] == [
        "added", "added", "kept", "added", "added", "kept", "kept",
    ]  # fmt: skip
    sent = server.asked[-1]
    assert (sent["temperature"], sent["top_p"], sent["seed"], sent["max_tokens"]) == (0.7, 0.9, 5, 50)
    assert sent["messages"][0]["content"] in enhanced.given.replace("\\n", "\n")
    assert "Réécris" in enhanced.given
    assert enhanced.model == "good"


def test_without_log_probabilities_it_is_said_that_there_are_none(ask, server):
    for model in ("plain", "strict"):
        enhanced = ask(model)
        assert enhanced.prompt == "un petit chat noir, la nuit"
        assert enhanced.known == "nothing"
        assert all(token.probability is None and not token.alternatives for token in enhanced.tokens)
    assert "logprobs" not in server.asked[-1]
    assert "temperature" in server.asked[-1]


def test_settings_that_it_declines_are_not_said_to_be_used(ask, server):
    enhanced = ask("least", temperature=0.3, top_p=0.5, seed=7)
    assert enhanced.prompt == "un petit chat noir, la nuit"
    assert enhanced.declined == ("temperature", "top_p", "longest", "seed")
    assert set(server.asked[-1]) == {"messages", "model", "stream"}
    assert ask("least", temperature=0).declined == ("temperature", "top_p", "longest")
    assert ask("strict", seed=7).declined == ()
    whole = enhanced.model_dump_json(exclude={"declined"})
    assert type(enhanced).model_validate_json(whole).declined == ()


@pytest.mark.parametrize("model", ["hex", "idna"])
def test_whatever_it_says_its_letters_are_it_is_read_as_utf_8(ask, model):
    assert ask(model).prompt == "un petit chat noir, la nuit"


def test_a_line_ends_where_the_stream_ends_it_and_nowhere_else(ask):
    assert ask("parted").text == "un chat\u2028la nuit"


def test_it_is_asked_not_to_compress(ask, server):
    ask("good")
    assert server.codings[-1] == "identity"


def test_an_answer_in_one_piece_is_read_too(ask):
    enhanced = ask("entire")
    assert (enhanced.prompt, enhanced.ended) == ("un petit chat noir, la nuit", "length")


def test_the_key_comes_from_the_environment_and_is_in_no_record(ask, server, monkeypatch):
    monkeypatch.setenv("APPARATUS_ENDPOINT_KEY", "a-secret-key")
    monkeypatch.setenv("OPENAI_API_KEY", "another-key")
    enhanced = ask("good")
    assert server.keys[-1] == "Bearer a-secret-key"
    assert "a-secret-key" not in enhanced.model_dump_json()
    monkeypatch.delenv("APPARATUS_ENDPOINT_KEY")
    ask("good")
    assert "another-key" not in server.keys[-1]


@pytest.mark.parametrize(
    ("model", "problem", "ended"),
    [
        ("page", "EndpointNonsense", "failed"),
        ("nonsense", "EndpointNonsense", "failed"),
        ("other", "EndpointNonsense", "failed"),
        ("odd", "EndpointNonsense", "failed"),
        ("refuses", "EnhancerRefused", "refused"),
        ("filtered", "EnhancerRefused", "refused"),
        ("silent", "EnhancerRefused", "refused"),
        ("sorry", "EnhancerRefused", "refused"),
        ("talker", "TooMuchSaid", "failed"),
        ("shouter", "TooMuchSaid", "failed"),
        ("flood", "TooMuchSaid", "failed"),
        ("packed", "EndpointNonsense", "failed"),
        ("coded", "EndpointDeclined", "failed"),
        ("nobody", "EndpointDeclined", "failed"),
    ],
)
def test_what_misbehaves_has_its_sentence_and_what_was_written_is_kept(ask, model, problem, ended):
    enhanced = ask(model)
    assert (enhanced.problem, enhanced.ended, enhanced.prompt) == (problem, ended, "")
    assert "The prompt stays as it was written." in enhanced.message
    assert len(enhanced.text) <= 10_000
    assert enhanced.added == 0
    if model in ("talker", "shouter"):
        assert len(enhanced.text) == 10_000
    if model == "filtered":
        assert enhanced.text == "un chat"
    if model == "refuses":
        assert "I cannot help with that." in enhanced.message
    if model == "sorry":
        assert endpoints.SORRY in enhanced.message
        assert enhanced.text == endpoints.SORRY


def test_odds_that_are_none_do_no_harm(ask):
    (token,) = ask("wild").tokens
    assert token.probability == 1
    assert [other.probability for other in token.alternatives] == [1, 0]
    assert token.entropy is not None


def test_a_key_that_comes_back_is_in_no_record(ask, monkeypatch):
    monkeypatch.setenv("APPARATUS_ENDPOINT_KEY", "a-secret-key\n")
    enhanced = ask("echo")
    assert enhanced.problem == "EndpointDeclined"
    assert "not Bearer …" in enhanced.message
    assert "a-secret-key" not in enhanced.model_dump_json()


@pytest.mark.parametrize("model", ["slow", "mute", "dripping", "declining"])
def test_what_is_slow_is_not_waited_for_for_ever(ask, model, monkeypatch):
    monkeypatch.setenv("APPARATUS_ENDPOINT_SECONDS", "1")
    enhanced = ask(model)
    assert enhanced.problem == "EndpointSlow"
    assert 0.8 < enhanced.seconds < 1.5
    assert enhanced.text == ("un petit"[: len(enhanced.text)] if model == "slow" else "")


def test_who_is_not_waited_for_any_more_is_hung_up_on(ask, server, monkeypatch):
    monkeypatch.setenv("APPARATUS_ENDPOINT_SECONDS", "0.5")
    server.hung_up.clear()
    ask("dripping")
    until = time.monotonic() + 3
    while not server.hung_up and time.monotonic() < until:
        time.sleep(0.05)
    assert server.hung_up


@pytest.mark.parametrize("model", ["mute", "dripping"])
def test_it_can_be_stopped_before_a_word_has_come(server, model):
    begun = time.monotonic()
    asked = Enhance(by=server.by(model))
    enhanced = write(asked, PROMPT, stopped=lambda: time.monotonic() > begun + 0.3)
    assert (enhanced.ended, enhanced.problem, enhanced.tokens) == ("cancelled", "", ())
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("machine", ["a..b", f"{'a' * 70}.b"])
def test_a_machine_that_cannot_be_has_its_sentence(machine, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    enhanced = write(Enhance(by=f"http://{machine}/v1#m"), PROMPT)
    assert enhanced.problem == "EndpointDown"
    assert machine in enhanced.message


def test_what_is_down_has_its_sentence():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    enhanced = write(Enhance(by=f"http://127.0.0.1:{port}/v1#m"), PROMPT)
    assert enhanced.problem == "EndpointDown"
    assert f"127.0.0.1:{port}" in enhanced.message


def test_a_wrong_address_has_its_sentence(server):
    enhanced = write(Enhance(by=server.by("good").replace("/v1", "")), PROMPT)
    assert enhanced.problem == "EndpointNonsense"
    assert "/v1" in enhanced.message


@pytest.mark.parametrize(
    "by", ["http://#m", "http://machine/v1", "https://a:b@machine/v1#m", "http://[/v1#m"]
)
def test_an_address_that_is_none_is_refused_at_once(by):
    with pytest.raises(OutOfRange, match=r"endpoint|IPv6"):
        Enhance(by=by)


@pytest.mark.parametrize("owner", ["vllm", "llamacpp"])
def test_another_token_goes_on_from_there_where_the_server_can(ask, server, owner):
    first = ask("good", owner)
    other = first.tokens[3].alternatives[0]
    turned = first.tokens[3].model_copy(update={"text": other.text, "chosen": True})
    further = ask("good", owner, (*first.tokens[:3], turned), chosen=(Choice(at=3, token=other.text),))
    assert further.prompt == "un petit chat gris et voilà"
    assert [token.chosen for token in further.tokens] == [False, False, False, True, False, False]
    sent = server.asked[-1]
    assert sent["messages"][-1] == {"role": "assistant", "content": "un petit chat gris"}
    assert sent.get("continue_final_message", False) is (owner == "vllm")
    assert "un petit chat gris" in further.given


def test_where_the_server_cannot_it_is_said_and_nothing_is_lost(ask):
    first = ask("good")
    further = ask("good", before=first.tokens[:3])
    assert (further.problem, further.prompt) == ("CannotContinue", "")
    assert "vLLM" in further.message


def test_it_hangs_up_when_it_is_stopped(ask, server):
    seen = []
    asked = Enhance(by=server.by("slow"))
    enhanced = write(asked, PROMPT, emit=seen.append, stopped=lambda: len(seen) == 2)
    assert (enhanced.ended, len(enhanced.tokens)) == ("cancelled", 2)
