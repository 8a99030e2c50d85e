"""What each stage lays open, from numbers small enough to know the answer."""

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import ByT5Tokenizer, PreTrainedTokenizerFast, T5Tokenizer

from apparatus import stages
from apparatus.record import (
    Encoding,
    Exposure,
    Guidance,
    ModelFacts,
    Part,
    PictureFacts,
    Record,
    Settings,
    StepFacts,
    Token,
    Word,
)
from apparatus.stages import Event, denoise, encode
from apparatus.training.tokenizer import LENGTH, tokenizer
from apparatus.world.grammar import words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png)))


def encoding() -> Encoding:
    """Begin, a word, a word of two tokens, end, padding."""
    told = [("begin", None), ("word", 0), ("word", 1), ("word", 1), ("end", None), ("padding", None)]
    return Encoding(
        tokens=[Token(id=n, text=str(n), kind=kind, word=word) for n, (kind, word) in enumerate(told)],
        words=[Word(text="red", tokens=[1], known=True), Word(text="zeppelin", tokens=[2, 3], known=False)],
    )


def exposure(as_array: Callable[[np.ndarray], Any] = np.asarray, state: str = "finished") -> Exposure:
    """Two steps, guidance 3, on 4×4 latents of four channels."""
    rng = np.random.default_rng(0)
    latents = rng.standard_normal((1, 4, 4, 4), dtype=np.float32)
    cond = np.full((1, 4, 4, 4), 2.0, np.float32)
    uncond = np.full((1, 4, 4, 4), 1.5, np.float32)
    attention = np.full((6, 4, 4), 0.1, np.float32)
    attention[3, :2] = 0.5  # the second token of "zeppelin", in the upper half
    attention[0, 2:] = 0.5
    hidden = rng.standard_normal((3, 1, 6, 8), dtype=np.float32)
    tensors = {"noise": latents, "latents": latents, "text_encoder/0/hidden_states": hidden}
    for step in ("steps/000/", "steps/001/"):
        tensors |= {f"{step}latents": latents, f"{step}denoised": latents, f"{step}attention": attention}
        tensors |= {f"{step}cond": cond, f"{step}uncond": uncond, f"{step}model_output": cond}
    seen = Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    guidance = Guidance(scale=3, cond=2, uncond=1.5, delta=0.5)
    record = Record(
        id="20261122-120000-abcd",
        created=NOON,
        state=state,
        settings=Settings(prompt="red zeppelin", seed=7, guidance_scale=3, height=64, width=64),
        model=ModelFacts(
            id="obscura",
            pipeline="StableDiffusionPipeline",
            scheduler="DDIMScheduler",
            parts=[Part(name="unet", kind="UNet", parameters=5), Part(name="vae", kind="Tiny", parameters=6)],
            latents="obscura",
        ),
        encodings=[encoding()],
        steps=[StepFacts(index=n, of=2, timestep=999 - n, signal=n / 2, guidance=guidance) for n in (0, 1)],
        timings={"denoise": 2.0, "decode": 0.5},
        picture=PictureFacts(width=64, height=64, bytes=3, sha256="00"),
    )
    pictures = {"picture.png": seen, "steps/000.webp": seen, "steps/001.webp": seen}
    return Exposure(record, {name: as_array(array) for name, array in tensors.items()}, pictures)


def test_a_replay_tells_the_whole_chain_in_its_order():
    events = list(stages.replay(exposure()))
    assert [event.number for event in events] == list(range(len(events)))
    assert [f"{event.stage}/{event.kind}" for event in events] == [
        "program/model",
        "prompt/prompt",
        "enhance/off",
        "encode/encoding",
        "noise/noise",
        "denoise/step",
        "denoise/step",
        "decode/picture",
        "select/one",
        "distribute/file",
        "exposure/finished",
    ]


@pytest.mark.parametrize(
    "live", [torch.from_numpy, lambda array: torch.from_numpy(array.copy()).requires_grad_()]
)
def test_a_reopened_exposure_tells_what_the_live_one_told(tmp_path, live):
    told = [event.as_json() for event in stages.replay(exposure(live))]
    exposure(live).save(tmp_path)
    assert [event.as_json() for event in stages.replay(Exposure.open(tmp_path))] == told


def test_an_exposure_that_was_stopped_tells_what_there_is():
    stopped = exposure(state="cancelled")
    stopped.record.picture = None
    stopped.record.steps.pop()
    kinds = [f"{event.stage}/{event.kind}" for event in stages.replay(stopped)]
    assert kinds[-2:] == ["denoise/step", "exposure/cancelled"]


def test_an_exposure_that_failed_before_it_began_still_tells_what_was_asked():
    asked = exposure(state="failed")
    failed = Exposure(asked.record.model_copy(update={"encodings": [], "steps": [], "picture": None}))
    kinds = [event.kind for event in stages.replay(failed)]
    assert kinds == ["model", "prompt", "off", "failed"]


def test_an_event_is_one_line_of_json_with_its_pictures_in_it():
    event = Event(
        exposure="a",
        stage="noise",
        kind="noise",
        data={"mean": float("nan"), "deep": [{"limit": float("inf")}], "text": "línea\n</script>"},
        pictures={"a": b"\x89PNG...", "b": b"RIFF....WEBP"},
    )
    line = event.as_json()
    assert "\n" not in line
    told = json.loads(line, parse_constant=pytest.fail)
    assert told["data"] == {"mean": None, "deep": [{"limit": None}], "text": "línea\n</script>"}
    assert told["pictures"]["b"].startswith("data:image/webp;base64,")
    assert b64decode(told["pictures"]["a"].split(",")[1]) == b"\x89PNG..."


def test_the_program_counts_its_parameters():
    data = stages.program.lay_open(exposure()).data
    assert data["parameters"] == 11
    assert data["parts"][0] == {"name": "unet", "class": "UNet", "parameters": 5}


def test_noise_is_measured_and_shown_at_its_own_size():
    event = stages.noise.lay_open(exposure())
    values = exposure().noise
    assert event.data["shape"] == [4, 4, 4]
    assert event.data["std"] == pytest.approx(values.std(), rel=1e-5)
    assert opened(event.pictures["latents"]).shape == (4, 4, 3)
    assert event.data["projection"] == "colour channels"


def test_attention_is_shared_out_whole_and_a_word_has_all_its_tokens():
    event = denoise.lay_open(exposure().steps[0])
    shares = {word["text"]: word["share"] for word in event.data["attention"]}
    assert sum(shares.values()) + event.data["ghost"] == pytest.approx(1)
    assert shares["zeppelin"] == pytest.approx((0.2 + 0.6) / 2, rel=1e-5)
    assert shares["red"] == pytest.approx(0.1, rel=1e-5)


def test_all_words_of_a_step_have_one_scale_of_grey_and_it_is_said():
    event = denoise.lay_open(exposure().steps[0])
    red, zeppelin = opened(event.pictures["attention/0"]), opened(event.pictures["attention/1"])
    assert zeppelin.max() == 255
    assert event.data["attention_white"] == pytest.approx(0.6, rel=1e-5)
    assert red.max() == round(255 * 0.1 / 0.6)
    assert zeppelin[0, 0] > zeppelin[3, 0]


def test_what_guidance_added_is_given_as_a_share_of_what_it_was_added_to():
    event = denoise.lay_open(exposure().steps[0])
    assert event.data["guidance"]["added"] == pytest.approx(3 * 0.5 / 1.5)
    assert event.data["guidance"]["white"] == pytest.approx(3 * 0.5)
    assert (opened(event.pictures["guidance"]) == 255).all()


def test_without_guidance_or_attention_a_step_says_so():
    bare = exposure()
    bare.record.steps[0] = bare.record.steps[0].model_copy(update={"guidance": None})
    bare.tensors = {"steps/000/latents": bare.tensors["steps/000/latents"]}
    event = denoise.lay_open(bare.steps[0])
    assert event.data["guidance"] is None
    assert (event.data["attention"], event.data["ghost"]) == ([], None)
    assert set(event.pictures) == {"latents", "channels", "denoised"}


def test_an_empty_prompt_leaves_all_attention_to_what_nobody_wrote():
    empty = exposure()
    empty.record.encodings[0].words = []
    data = denoise.lay_open(empty.steps[0]).data
    assert (data["attention"], data["ghost"]) == ([], pytest.approx(1))


def test_sigma_scaled_latents_are_shown_as_the_denoiser_gets_them():
    scaled = exposure()
    plain = denoise.lay_open(scaled.steps[0]).pictures["latents"]
    scaled.tensors["steps/000/latents"] = scaled.tensors["steps/000/latents"] * 14
    scaled.record.steps[0] = scaled.record.steps[0].model_copy(update={"scale": 14})
    again = denoise.lay_open(scaled.steps[0]).pictures["latents"]
    assert np.abs(opened(again).astype(int) - opened(plain)).max() <= 1


def test_words_are_compared_by_the_mean_of_their_tokens():
    told = exposure()
    event = encode.lay_open(told, told.record.encodings[0])
    hidden = told.tensors["text_encoder/0/hidden_states"][:, 0]
    red, zeppelin = hidden[-1, 1], hidden[-1, 2:4].mean(0)
    cosine = red @ zeppelin / np.linalg.norm(red) / np.linalg.norm(zeppelin)
    assert event.data["similarity"][0][1] == pytest.approx(cosine, abs=1e-3)
    assert event.data["similarity"][0][0] == pytest.approx(1)
    assert event.data["norms"][0] == pytest.approx(np.linalg.norm(red), rel=1e-5)
    assert event.data["travel"][0][0] == pytest.approx(1)
    assert event.data["drift"][1] == event.data["travel"][1][-1]
    assert event.data["unknown"] == ["zeppelin"]
    assert (event.data["layers"], event.data["dim"], event.data["unwritten"]) == (2, 8, 3)
    assert opened(event.pictures["vectors"]).shape == (6, 8, 3)


def test_decoding_counts_the_numbers_in_and_out():
    data = stages.decode.lay_open(exposure()).data
    assert (data["numbers_in"], data["numbers_out"]) == (64, 64 * 64 * 3)


# ---- tokens and words -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip():
    return tokenizer()


def as_clip(clip: Any, text: str) -> list[int]:
    return clip(text, padding="max_length", max_length=LENGTH, truncation=True)["input_ids"]


def grouped(read: Encoding) -> dict[str, list[str]]:
    return {word.text: [read.tokens[n].text for n in word.tokens] for word in read.words}


def test_words_keep_their_pieces_and_signs_are_words_of_their_own(clip):
    text = "Un Bateau rouge, l'arbre... mélancolique!"
    read = encode.read(clip, text, as_clip(clip, text))
    assert list(grouped(read)) == [
        "Un",
        "Bateau",
        "rouge",
        ",",
        "l",
        "'",
        "arbre",
        "...",
        "mélancolique",
        "!",
    ]
    assert grouped(read)["Bateau"] == ["bateau"]
    assert len(grouped(read)["mélancolique"]) > 1


def test_what_nobody_wrote_is_told_apart_even_where_one_token_ends_and_pads(clip):
    kinds = [token.kind for token in encode.read(clip, "a boat", as_clip(clip, "a boat")).tokens]
    assert kinds == ["begin", "word", "word", "end"] + ["padding"] * (LENGTH - 4)


def test_an_empty_prompt_is_begin_end_and_padding(clip):
    read = encode.read(clip, "", as_clip(clip, ""))
    assert [token.kind for token in read.tokens[:3]] == ["begin", "end", "padding"]
    assert read.words == []


def test_a_word_is_known_or_not_and_a_comma_is_neither(clip):
    text = "a Red zeppelin, 🚤"
    read = encode.read(clip, text, as_clip(clip, text), known=words().__contains__)
    assert {word.text: word.known for word in read.words} == {
        "a": True,
        "Red": True,
        "zeppelin": False,
        ",": None,
        "🚤": False,
    }


def test_what_was_cut_away_is_reported(clip):
    text = "boat " * 60 + "then a house"
    read = encode.read(clip, text, as_clip(clip, text))
    assert len(read.words) == LENGTH - 2
    assert read.truncated == "boat " * (60 - LENGTH + 2) + "then a house"


def test_a_word_that_was_cut_in_two_is_shown_as_far_as_it_was_read(clip):
    read = encode.read(clip, "x" * 200, as_clip(clip, "x" * 200))
    assert len(read.words) == 1
    assert read.words[0].text + read.truncated == "x" * 200
    assert read.truncated


def test_an_emoji_of_several_characters_is_one_word(clip):
    text = "👩‍🚀 👍🏽❤️🚤"
    assert list(grouped(encode.read(clip, text, as_clip(clip, text)))) == ["👩‍🚀", "👍🏽", "❤️", "🚤"]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_read(clip, text):
    text = Settings(prompt=text).prompt
    read = encode.read(clip, text, as_clip(clip, text), known=words().__contains__)
    assert sum(token.kind == "begin" for token in read.tokens) == 1
    for index, word in enumerate(read.words):
        assert word.text in text
        assert all(read.tokens[token].word == index for token in word.tokens)
        assert word.tokens == sorted(word.tokens)
    assert {n for word in read.words for n in word.tokens} <= {
        n for n, token in enumerate(read.tokens) if token.kind == "word"
    }


def sentencepiece() -> T5Tokenizer:
    pieces = ["▁", *"abcdefghijklmnopqrstuvwxyz,.", "▁a", "▁red", "▁boat"]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((piece, -2.0) for piece in pieces)]
    return T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=32)


def chat(side: str) -> PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe = Tokenizer(models.BPE(vocab={c: n for n, c in enumerate(alphabet)}, merges=[]))
    bpe.pre_tokenizer, bpe.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    marks = {"pad_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, **marks, extra_special_tokens=["<|im_start|>"], padding_side=side
    )
    made.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    )
    return made


def test_a_sentencepiece_tokenizer_without_a_begin_is_read():
    t5 = sentencepiece()
    made = t5("a red boat, ok", padding="max_length", max_length=16, truncation=True)
    read = encode.read(t5, "a red boat, ok", made["input_ids"], made["attention_mask"])
    assert list(grouped(read)) == ["a", "red", "boat", ",", "ok"]
    assert grouped(read)["red"] == ["red"]
    kinds = [token.kind for token in read.tokens]
    assert kinds.count("end") == 1
    assert "begin" not in kinds
    assert kinds[-1] == "padding"


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_chat_template_is_what_nobody_wrote(side):
    qwen = chat(side)
    filled = qwen.apply_chat_template([{"role": "user", "content": "un été"}], tokenize=False)
    made = qwen(filled, padding="max_length", max_length=48)
    read = encode.read(qwen, "un été", made["input_ids"], made["attention_mask"])
    assert list(grouped(read)) == ["un", "été"]
    assert len(read.words[1].tokens) == 6  # the space, é twice two bytes, t
    kinds = [token.kind for token in read.tokens]
    assert kinds[0] == ("padding" if side == "left" else "begin")
    assert kinds[-1] == ("template" if side == "left" else "padding")  # the last is a line break
    assert kinds.count("begin") == kinds.count("end") == 1
    assert "".join(token.text for token in read.tokens if token.kind == "template") == "userĊĊ"
    assert read.templates == ["user\n", "\n"]


def test_a_prompt_that_the_pipeline_replaced_is_reported_as_not_read(clip):
    read = encode.read(clip, "boat", as_clip(clip, "house"))
    assert (read.words, read.truncated) == ([], "boat")
    assert read.tokens[0].kind == "begin"


def test_a_tokenizer_in_plain_python_that_gives_no_offsets_is_read():
    bytes_ = ByT5Tokenizer()
    text = "red boat, été"
    made = bytes_(text, padding="max_length", max_length=24)
    read = encode.read(bytes_, text, made["input_ids"], made["attention_mask"])
    assert list(grouped(read)) == ["red", "boat", ",", "été"]
    assert len(read.words[0].tokens) == 3
