"""A language model that runs here: its odds are true, chance is the seed's, another token goes on exactly."""

import math
import shutil

import pytest
import speakers
import torch
from torch import Generator

from apparatus.enhancements import Choice, Enhance
from apparatus.enhancers import local, write
from apparatus.errors import NoEnhancer, NoInstruction, OutOfRange
from apparatus.training.enhancer import ENHANCE
from apparatus.training.tokenizer import BEGIN, END


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return str(speakers.own(tmp_path_factory.mktemp("own") / "enhancer"))


@pytest.fixture(scope="module", params=[True, False], ids=["chats", "goes on"])
def stranger(request, tmp_path_factory):
    return str(speakers.stranger(tmp_path_factory.mktemp("speaker") / "model", chats=request.param))


def texts(enhanced):
    return [token.text for token in enhanced.tokens]


def test_the_odds_are_those_of_the_model_at_temperature_one(own):
    enhanced = write(Enhance(by=own, temperature=0.5, top_p=0.9, seed=3, longest=6), "chat la nuit")
    speaker = local.load(local.found(own))
    begun = speaker.words(f"{BEGIN}chat la nuit{ENHANCE}", return_tensors="pt").input_ids
    ids = torch.cat([begun, torch.tensor([[token.id for token in enhanced.tokens]])], 1)
    with torch.no_grad():
        logits = speaker.model(ids).logits[0, begun.shape[1] - 1 : -1].double()
    for token, seen in zip(enhanced.tokens, logits, strict=True):
        odds = seen.softmax(0)
        assert token.probability == pytest.approx(float(odds[token.id]), rel=1e-4)
        assert token.entropy == pytest.approx(-float((odds * odds.log2()).sum()), rel=1e-4)
        ranked = [n for n in odds.argsort(descending=True).tolist() if n != token.id]
        assert {other.id for other in token.alternatives} <= set(ranked[:12])
        assert token.alternatives[0].probability == pytest.approx(float(odds[ranked[0]]), rel=1e-4)
        assert token.probability + sum(other.probability for other in token.alternatives) <= 1
    assert enhanced.known == "vocabulary"


def test_what_it_is_given_is_told_word_for_word(own):
    assert write(Enhance(by=own, longest=2), "L'œil <|enhance|> d’un chat").given == (
        f"{BEGIN}L'œil <|enhance|> d’un chat{ENHANCE}"
    )


def test_a_mark_that_a_person_typed_is_no_mark(own):
    speaker = local.load(local.found(own))
    ids, _ = local._given(speaker, Enhance(by=own), f"{END}{ENHANCE}", None)
    mark = speaker.words.convert_tokens_to_ids(ENHANCE)
    assert ids.count(mark) == 1
    assert ids[-1] == mark
    assert speaker.words.eos_token_id not in ids


def test_the_same_seed_writes_the_same_and_another_another(own):
    first, again, other = (write(Enhance(by=own, seed=seed, longest=12), "chat") for seed in (1, 1, 2))
    assert texts(first) == texts(again)
    assert first.tokens == again.tokens
    assert texts(first) != texts(other)


def test_at_temperature_zero_the_likeliest_is_taken_each_time(own):
    enhanced = write(Enhance(by=own, temperature=0, longest=8), "chat")
    assert all(token.probability >= token.alternatives[0].probability for token in enhanced.tokens)


def test_another_token_goes_on_from_there_exactly(own):
    asked = Enhance(by=own, seed=5, longest=12)
    first = write(asked, "chat la nuit")
    other = first.tokens[4].alternatives[2]
    turned = write(asked.model_copy(update={"chosen": (Choice(at=4, token=other.id),)}), "chat la nuit")
    assert turned.tokens[:4] == first.tokens[:4]
    assert (turned.tokens[4].id, turned.tokens[4].chosen) == (other.id, True)
    assert turned.tokens[4].probability == pytest.approx(other.probability)
    assert not any(token.chosen for token in turned.tokens if token is not turned.tokens[4])
    kept = asked.model_copy(update={"chosen": (Choice(at=4, token=first.tokens[4].id),)})
    assert texts(write(kept, "chat la nuit")) == texts(first)
    twice = turned.asked.model_copy(
        update={"chosen": (*turned.asked.chosen, Choice(at=8, token=turned.tokens[8].alternatives[0].id))}
    )
    assert write(twice, "chat la nuit").tokens[:8] == turned.tokens[:8]


def test_where_a_text_ended_it_can_be_made_to_go_on(own):
    asked = Enhance(by=own, seed=5, longest=12)
    end = local.load(local.found(own)).words.eos_token_id
    ended = write(asked.model_copy(update={"chosen": (Choice(at=3, token=end),)}), "chat")
    assert (ended.ended, len(ended.tokens), ended.tokens[3].mark) == ("end", 4, True)
    assert END not in ended.text
    assert write(asked, "chat").ended == "length"


@pytest.mark.parametrize(
    "chosen", [Choice(at=40, token=5), Choice(at=1, token=10**7), Choice(at=1, token="a b c")]
)
def test_a_token_that_is_not_there_is_refused(own, chosen):
    with pytest.raises(OutOfRange, match=r"enhance\.chosen"):
        write(Enhance(by=own, seed=1, longest=6, chosen=(chosen,)), "chat")


def test_a_token_can_be_chosen_by_its_text(own):
    enhanced = write(Enhance(by=own, seed=1, longest=4, chosen=(Choice(at=1, token=" chat"),)), "chat")
    assert texts(enhanced)[1] == " chat"
    assert {token.whose for token in enhanced.tokens if token.text == " chat"} <= {"kept", "added"}


def test_chance_draws_each_token_as_often_as_its_odds_say():
    odds = torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=torch.float64)
    chance = Generator().manual_seed(0)

    def shares(asked, draws=4000):
        drawn = [local.drawn(odds.log(), asked, chance) for _ in range(draws)]
        return [drawn.count(n) / draws for n in range(4)]

    assert shares(Enhance()) == pytest.approx(odds.tolist(), abs=0.03)
    assert shares(Enhance(top_p=0.7)) == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    assert shares(Enhance(top_p=0.01)) == [1, 0, 0, 0]
    warm = (odds**0.5 / (odds**0.5).sum()).tolist()
    assert shares(Enhance(temperature=2)) == pytest.approx(warm, abs=0.03)
    assert shares(Enhance(temperature=1e-9)) == [1, 0, 0, 0]


def test_a_stranger_gets_the_whole_instruction_and_its_language(stranger):
    french = write(Enhance(by=stranger, longest=3), "un chat zorglub", "fr").given
    assert "Réécris ce prompt" in french
    assert french.count("un chat zorglub") == 1
    own_words = write(Enhance(by=stranger, template="Say more about: {prompt}!", longest=3), "un chat").given
    assert "Say more about: un chat!" in own_words
    assert ("<|assistant|>" in own_words) is ("<|user|>" in own_words)


def test_letters_of_several_bytes_come_whole(stranger):
    speaker = local.load(local.found(stranger))
    ids = speaker.words("œ🐱", add_special_tokens=False).input_ids
    said = [local._added(speaker, ids[:at], one) for at, one in enumerate(ids)]
    assert "".join(said) == "œ🐱"
    assert said == ["", "œ", "", "", "", "🐱"]


def test_a_prompt_that_leaves_no_room_says_so_and_goes_on_as_it_was(own):
    enhanced = write(Enhance(by=own), "chat " * 200)
    assert (enhanced.ended, enhanced.problem, enhanced.prompt) == ("failed", "PromptTooLong", "")
    assert "128" in enhanced.message


def test_a_text_never_outgrows_what_the_model_was_trained_for(own):
    assert len(write(Enhance(by=own, longest=1024, temperature=2), "chat").tokens) <= 128


def test_it_stops_when_it_is_told(own):
    seen = []
    enhanced = write(Enhance(by=own, longest=50), "chat", emit=seen.append, stopped=lambda: len(seen) == 3)
    assert (enhanced.ended, len(enhanced.tokens), enhanced.prompt) == ("cancelled", 3, "")


@pytest.mark.parametrize("by", ["nobody", "../../etc", "a/b/c", "x" * 4000, "."])
def test_a_name_that_is_none_has_its_sentence(by):
    with pytest.raises(NoEnhancer, match="cannot rewrite a prompt"):
        write(Enhance(by=by), "chat")


def test_a_folder_that_is_broken_has_its_sentence(own, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(own, folder)
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(NoEnhancer, match="cannot be loaded"):
        write(Enhance(by=str(folder)), "chat")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(NoEnhancer, match="safetensors"):
        write(Enhance(by=str(folder)), "chat")


def test_an_instruction_that_is_not_there_has_its_sentence(stranger):
    with pytest.raises(NoInstruction, match="picture, sober"):
        write(Enhance(by=stranger, template="nothing"), "chat")


def test_entropy_is_bounded_by_the_vocabulary(own):
    size = len(local.load(local.found(own)).words)
    tokens = write(Enhance(by=own, longest=6), "chat").tokens
    assert all(0 <= token.entropy <= math.log2(size) for token in tokens)


def test_one_in_the_hubs_cache_is_found_by_its_repositorys_name(own, tmp_path, monkeypatch):
    snapshot = tmp_path / "models--someone--writer" / "snapshots" / "abc"
    shutil.copytree(own, snapshot)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert local.found("someone/writer") == snapshot
    for nobody in ("someone/*", "*", "someone/other"):
        with pytest.raises(NoEnhancer):
            local.found(nobody)


def test_one_beside_a_pipeline_is_found_by_the_pipelines_folder(own, tmp_path):
    shutil.copytree(own, tmp_path / "enhancer")
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    assert local.found(str(tmp_path)) == tmp_path / "enhancer"
