"""An exposure whose prompt was rewritten: the picture is that of the text, the record says how it came."""

import json
from itertools import count

import endpoints
import numpy as np
import pytest
import speakers

import apparatus
from apparatus import Settings, Store, stages, takeaway
from apparatus.alignment import told_apart
from apparatus.alterations import Prompt
from apparatus.channels.compose import _moment
from apparatus.engine import LocalEngine, enhancing, metering
from apparatus.engine.jobs import Expose, Rewrite
from apparatus.enhancements import Choice, Enhance, Enhanced, Written
from apparatus.enhancers import write
from apparatus.errors import NoEnhancer, OutOfRange
from apparatus.moments import Moment
from apparatus.record import Decision, Record


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return str(speakers.own(tmp_path_factory.mktemp("own") / "enhancer"))


@pytest.fixture(scope="module")
def model(tiny):
    return apparatus.load(tiny)


@pytest.fixture
def asked(tiny, own):
    def asked(prompt="red boat", **enhance):
        given = {"by": own, "seed": 3, "longest": 6} | enhance
        return Settings(model=str(tiny), prompt=prompt, seed=7, enhance=Enhance(**given))

    return asked


@pytest.fixture
def silence(monkeypatch):
    """From here on no language model may be asked."""

    def refuse(*_, **__):
        raise AssertionError("a language model was asked")

    def fall_silent():
        monkeypatch.setattr(enhancing, "write", refuse)

    return fall_silent


def same(one, other):
    return np.array_equal(np.array(one.picture), np.array(other.picture))


def test_the_picture_is_the_one_of_the_text_and_the_prompt_stays_the_persons(model, asked):
    exposure = apparatus.expose(model, asked())
    enhanced = exposure.record.enhanced
    assert exposure.record.settings.prompt == "red boat"
    assert enhanced.prompt
    assert enhanced.prompt != "red boat"
    typed = asked().model_copy(update={"prompt": enhanced.prompt, "enhance": None})
    assert same(exposure, apparatus.expose(model, typed))
    assert not same(exposure, apparatus.expose(model, asked().model_copy(update={"enhance": None})))


def test_every_token_is_told_as_it_is_written_and_the_whole_at_the_end(model, asked, tmp_path):
    events = []
    exposure = apparatus.expose(model, asked(), events.append, store=Store(tmp_path))
    told = [event for event in events if event.stage == "enhance"]
    tokens = exposure.record.enhanced.tokens
    assert [event.kind for event in told] == ["token"] * len(tokens) + ["enhanced"]
    assert [event.data["at"] for event in told[:-1]] == [*range(len(tokens))]
    assert [event.data["text"] for event in told[:-1]] == [token.text for token in tokens]
    again = list(stages.replay(apparatus.reopen(exposure.id, Store(tmp_path))))
    live = [event for event in events if event.kind != "token"]
    for now, then in zip(live, again, strict=True):
        for event in (now, then):
            event.data.pop("ledger", None)  # the prompt's, as it was told then, was shorter
        assert now.numbered(0).as_json() == then.numbered(0).as_json()
    whole = told[-1].data
    assert whole["read"] == exposure.record.enhanced.prompt
    assert "by" not in json.dumps({key: value for key, value in whole.items() if key == "by"})
    assert str(tmp_path) not in told[-1].as_json()


def test_of_a_language_model_no_path_and_no_address_is_told(model, asked, own):
    with endpoints.endpoint() as server:
        for by in (own, server.by("good")):
            events = []
            apparatus.expose(model, asked(by=by), events.append)
            told = "".join(event.as_json() for event in events)
            assert "127.0.0.1" not in told
            assert own not in told


def test_repeated_branched_and_gone_on_with_nobody_is_asked_again(model, asked, tmp_path, silence):
    store = Store(tmp_path)
    first = apparatus.expose(model, asked(), store=store)
    paused = apparatus.expose(model, asked(), store=store, stop=Moment("step.out", 1))
    before = apparatus.expose(model, asked(), store=store, stop=Moment("prompt"))
    silence()
    assert same(apparatus.repeat(model, first.record), first)
    assert same(apparatus.go_on(model, store.open(paused.id), store=store), first)
    assert same(apparatus.go_on(model, store.open(before.id), store=store), first)
    assert same(apparatus.branch(model, first, 0), first)
    grown = apparatus.branch(model, first, 2, [Prompt(at=2, prompt="a cat")], store=store)
    assert grown.record.enhanced == first.record.enhanced
    assert not same(grown, first)


def test_the_settings_make_the_same_text_again(model, asked):
    first = apparatus.expose(model, asked(seed=None))
    assert first.record.settings.enhance.seed is not None
    again = apparatus.expose(model, first.record.settings)
    assert again.record.enhanced.tokens == first.record.enhanced.tokens
    assert same(again, first)


def test_a_text_made_before_is_carried_and_nobody_is_asked(model, asked, silence):
    first = apparatus.expose(model, asked(seed=None))
    silence()
    settings = asked(seed=None)
    carried = apparatus.expose(model, settings, enhanced=first.record.enhanced)
    assert same(carried, first)
    assert carried.record.settings.enhance == first.record.enhanced.asked
    assert carried.record.ledger == first.record.ledger


def test_a_language_model_that_fails_or_refuses_loses_nothing(model, asked):
    plain = apparatus.expose(model, asked().model_copy(update={"enhance": None}))
    with endpoints.endpoint() as server:
        for name, problem in (("page", "EndpointNonsense"), ("filtered", "EnhancerRefused")):
            exposure = apparatus.expose(model, asked(by=server.by(name)))
            assert exposure.record.state == "finished"
            assert exposure.record.enhanced.problem == problem
            assert same(exposure, plain)
    assert exposure.record.enhanced.text == "un chat"


def test_of_what_is_not_used_no_word_is_the_programs(model, asked):
    with endpoints.endpoint() as server:
        record = apparatus.expose(model, asked(by=server.by("filtered"))).record
        used = apparatus.expose(model, asked(by=server.by("good"))).record
    assert record.enhanced.words
    assert record.enhanced.added == 0
    assert metering.words(record) == {"person": 2, "program": 0}
    assert metering.words(used) == {"person": 2, "program": 6}


@pytest.mark.parametrize(
    ("prompt", "ended", "moment"),
    [
        ("red boat", "failed", None),
        ("red boat", "refused", None),
        ("red boat", "cancelled", None),
        ("red boat", "end", "enhanced"),
        ("un petit chat noir, le jour, la nuit", "end", "enhanced"),
        ("un petit  chat noir, la nuit", "end", None),
        ("", "end", "silent"),
    ],
)
def test_a_sheet_says_rewritten_where_what_was_read_is_not_what_was_written(prompt, ended, moment):
    tokens = [Written(text=text) for text in endpoints.TEXT]
    settings = Settings(prompt=prompt, enhance=Enhance())
    words = told_apart(prompt, "".join(endpoints.TEXT)).words
    enhanced = Enhanced(asked=Enhance(), model="m", given="", tokens=tokens, words=words, ended=ended)
    assert _moment(Record.model_construct(settings=settings, enhanced=enhanced)) == moment


def test_cancelled_while_it_is_written_it_is_kept_and_can_be_gone_on_with(model, asked, tmp_path):
    store, asking = Store(tmp_path), count()
    exposure = apparatus.expose(model, asked(), stopped=lambda: next(asking) > 1, store=store)
    kept = store.open(exposure.id)
    assert (kept.record.state, kept.record.enhanced.ended) == ("cancelled", "cancelled")
    assert kept.record.settings.prompt == "red boat"
    assert 0 < len(kept.record.enhanced.tokens) < 6
    further = apparatus.go_on(model, kept, store=store)
    assert same(further, apparatus.expose(model, asked()))
    assert further.record.enhanced.ended in ("end", "length")


def test_where_there_is_no_language_model_nothing_is_made(model, asked, tmp_path):
    with pytest.raises(NoEnhancer):
        apparatus.expose(model, asked(by="nobody"), store=Store(tmp_path))
    assert not Store(tmp_path).list()


def test_the_ledger_says_who_decided(model, asked):
    def lines(settings):
        exposure = apparatus.expose(model, settings)
        return {d.what: (d.value, d.who) for d in exposure.ledger if d.stage == "enhance"}

    assert lines(asked().model_copy(update={"enhance": None})) == {"enhance": ("off", "person")}
    by_chance = lines(asked(seed=None))
    assert by_chance["enhance"] == ("enhancer", "person")
    assert by_chance["enhance_seed"][1] == "chance"
    assert by_chance["temperature"] == (1.0, "program")
    assert by_chance["template"] == ("picture", "program")
    assert by_chance["words_added"][1] == "chance"
    told = lines(asked(temperature=0, seed=None, chosen=(Choice(at=1, token=" cat"),)))
    assert told["temperature"] == (0.0, "person")
    assert told["token"] == (" cat (1)", "person")
    assert told["words_added"][1] == "program"
    assert "enhance_seed" not in told


def test_a_default_is_the_programs_however_the_settings_came(asked):
    bare = asked().model_copy(update={"enhance": Enhance(by="nobody", seed=3, top_p=0.5)})
    lines = enhancing.decided(bare.enhance, bare.enhance)
    assert {line.what: line.who for line in lines} == {
        "enhance": "person",
        "template": "program",
        "temperature": "program",
        "top_p": "person",
        "enhance_seed": "person",
    }
    for further in (bare.filled(), Settings.model_validate_json(bare.model_dump_json())):
        assert enhancing.decided(further.enhance, bare.enhance) == lines


def test_of_settings_that_an_endpoint_declined_the_ledger_has_no_line():
    with endpoints.endpoint() as server:
        asked = Enhance(by=server.by("least"), temperature=0, seed=3)
        enhanced = write(asked, "chat")
    lines = [Decision(stage="prompt", what="seed", value=3, who="person"), *enhancing.decided(asked, asked)]
    kept = [line.what for line in enhancing.accepted(lines, enhanced)]
    assert kept == ["seed", "enhance", "template"]
    assert enhancing.added(enhanced).who == "chance"


def test_settings_say_what_is_wrong_with_an_enhancement():
    with pytest.raises(OutOfRange, match=r"enhance\.temperature cannot be 9"):
        Settings(prompt="a cat", enhance={"temperature": 9})
    with pytest.raises(OutOfRange, match=r"enhance\.mood"):
        Settings(prompt="a cat", enhance={"mood": "gay"})
    with pytest.raises(OutOfRange, match="enhance cannot be"):
        Settings(prompt="a cat", enhance="please")


def test_the_script_makes_the_picture_of_the_text_and_asks_nobody(model, asked):
    exposure = apparatus.expose(model, asked())
    script = takeaway.script(exposure)
    assert f"prompt={exposure.record.enhanced.prompt!r}" in script
    assert "enhance" not in script


def test_a_record_of_an_enhancement_comes_back_as_it_was(model, asked, tmp_path):
    record = apparatus.expose(model, asked()).record
    record.save(tmp_path)
    assert Record.open(tmp_path) == record


def test_the_worker_rewrites_and_exposes_what_was_rewritten(tiny, own, asked, tmp_path):
    with LocalEngine(Store(tmp_path), model=str(tiny)) as engine:
        events = [event for event in engine.ask(Rewrite(asked())) if event.kind != "waiting"]
        assert [event.kind for event in events[-2:]] == ["enhanced", "finished"]
        enhanced = enhancing.rewritten(events[-1], own)
        assert [event.data["text"] for event in events[:-2]] == [token.text for token in enhanced.tokens]
        assert not engine.store.list()
        made = engine.ask(Expose(asked(), enhanced=enhanced))
        kinds = [event.kind for event in made]
        assert "token" not in kinds
        assert engine.store.open(made.id).record.enhanced == enhanced
        assert enhanced.asked.by == own
        assert own not in events[-1].as_json()
        lost = list(engine.ask(Rewrite(asked(by="nobody"))))[-1]
        assert (lost.kind, lost.data["problem"]) == ("failed", "NoEnhancer")
