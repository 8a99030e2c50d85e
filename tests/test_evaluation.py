"""The evaluation: its prompts, its arithmetic, which picture meets which prompt, and the command."""

import json
from types import SimpleNamespace

import pytest
import torch
from PIL import Image

from apparatus import evaluation
from apparatus.cli import main
from apparatus.errors import NoPrompts
from apparatus.evaluation import Prompt, by_chance, held_out, mispaired, rate, rendering, tally, written
from apparatus.judge import QUESTIONS, Evidence, Judge, choices, questions, verdict
from apparatus.models.catalogue import Entry
from apparatus.models.loading import Model
from apparatus.world.parser import parse


@pytest.fixture(scope="module")
def prompts():
    return held_out(96)


def test_held_out_prompts_are_all_different_and_the_same_each_time(prompts):
    assert len({prompt.text for prompt in prompts}) == 96
    assert held_out(20) == prompts[:20]


def test_held_out_prompts_raise_every_question_often_and_in_both_languages(prompts):
    for language in ("fr", "en"):
        asked = [questions(prompt.asked) for prompt in prompts if prompt.language == language]
        assert len(asked) == 48
        assert all(sum(question in raised for raised in asked) >= 6 for question in QUESTIONS)
        assert sum("both_nouns" in raised for raised in asked) == 24


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (372, 400, 0.9006, 0.9511)],
)
def test_wilsons_interval(right, n, low, high):
    found = rate(right, n)
    assert (found.rate, found.n) == (right / n, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)


def test_what_was_never_asked_has_no_rate():
    assert vars(tally([{"noun": True}, {"noun": False}])["place"]) == {
        "rate": None, "low": None, "high": None, "n": 0,
    }  # fmt: skip


def test_the_wrong_prompt_asks_the_same_questions_and_is_another(prompts):
    asked = [prompt.asked for prompt in prompts]
    others = mispaired(asked)
    for own, other in zip(asked, others, strict=True):
        assert other is None or (other is not own and questions(other) == questions(own))
    paired = [other for other in others if other is not None]
    assert len({id(other) for other in paired}) == len(paired) > 80
    assert mispaired([parse("a cat"), parse("a cat on the sea")]) == [None, None]


def guess() -> Evidence:
    """What a judge says that answers at random."""
    drawn = {
        name: torch.rand(len(answers), *((16, 16) if name in ("noun", "colour") else ()))
        for name, answers in choices().items()
    }
    return Evidence(*drawn.values())


def test_a_judge_that_guesses_does_no_better_than_chance():
    torch.manual_seed(0)
    asked = [prompt.asked for prompt in held_out(400)]
    guesses = [guess() for _ in asked]
    own = tally(map(verdict, guesses, asked))
    chance = tally(map(by_chance, guesses, asked, mispaired(asked)))
    for question in QUESTIONS:
        if own[question].n:
            assert own[question].low <= chance[question].high, question
            assert own[question].rate < 0.3
    assert own["noun"].rate < 0.05


def test_a_render_shows_what_a_prompt_leaves_open_under_the_sky():
    assert rendering(Prompt("a cat", "en", parse("a cat"))).size == (256, 256)
    both = Prompt("a cat on the sea, a red wall", "en", parse("a cat on the sea, a red wall"))
    assert rendering(both).tobytes() == rendering(both).tobytes()


def painted(asked) -> Image.Image:
    """A picture that says itself what it shows."""
    picture = Image.new("RGB", (64, 64))
    picture.info["shows"] = asked
    return picture


@pytest.fixture
def all_seeing(monkeypatch):
    """A judge that reads what a picture says of itself."""
    known = choices()

    def seen(picture: Image.Image) -> Evidence:
        asked = picture.info["shows"]
        flat = {name: torch.zeros(len(answers)) for name, answers in known.items()}
        nouns, colours = (flat[name][:, None, None].repeat(1, 16, 16) for name in ("noun", "colour"))
        corners = {"right": ((8, 10), (8, 2)), "above": ((1, 6), (8, 6)), "behind": ((6, 8), (9, 5))}
        corners |= {"front": ((9, 5), (6, 8))}
        for thing, (top, left) in zip(
            asked.things, corners.get(asked.place, ((8, 2), (8, 10))), strict=False
        ):
            nouns[known["noun"].index(thing.noun), top : top + 4, left : left + 4] = 1
            colours[known["colour"].index(thing.colour), top : top + 4, left : left + 4] = 1
        flat["surround"][known["surround"].index(asked.setting or asked.wall or "red")] = 1
        flat["process"][known["process"].index(asked.process)] = 1
        return Evidence(nouns, colours, flat["surround"], flat["light"], flat["process"])

    monkeypatch.setattr(evaluation, "look", lambda judge, pictures: list(map(seen, pictures)))
    monkeypatch.setattr(evaluation, "rendering", lambda prompt: painted(prompt.asked))


@pytest.fixture
def evaluated(prompts, all_seeing):
    """Evaluate a model that paints what `paint` makes of a prompt; also its seeds, and what was said."""
    by_text = {prompt.text: prompt for prompt in prompts}

    def evaluated(paint):
        seeds, said = [], []

        def pipeline(prompt, generator, **_):
            seeds.extend(one.initial_seed() for one in generator)
            return SimpleNamespace(images=[painted(paint(by_text[text])) for text in prompt])

        model = Model(Entry("painter", height=64, width=64), pipeline, None)
        judge = Judge(choices(), widths=(8, 8, 8, 8))
        found = evaluation.evaluate(model, judge, prompts, steps=2, guidance=1.0, seed=5, said=said.append)
        return found, seeds, said

    return evaluated


def test_a_model_that_paints_what_is_asked_is_always_right_and_never_by_luck(evaluated):
    found, seeds, said = evaluated(lambda prompt: prompt.asked)
    for question in QUESTIONS:
        assert found.model[question].rate == found.ceiling[question].rate == 1
        assert found.model[question].n == found.french[question].n + found.english[question].n
        assert found.chance[question].n > 0
        assert found.chance[question].rate < 0.5
    assert seeds == list(range(5, 5 + 96))
    assert said[-1] == "Picture 96 of 96"
    assert len(found.pictures) == 48


def test_a_model_that_understands_no_french_fails_in_french_alone(evaluated):
    nothing = parse("")
    found, _, _ = evaluated(lambda prompt: prompt.asked if prompt.language == "en" else nothing)
    assert found.english["noun"].rate == found.english["both_colours"].rate == 1
    assert found.french["noun"].rate == found.french["both_nouns"].rate == 0
    assert found.french["place"].rate is None
    assert found.ceiling["noun"].rate == 1
    assert 0.3 < found.model["noun"].rate < 0.7


def test_the_autoencoders_fidelity_is_in_decibels(pipeline):
    model = Model(Entry("tiny"), pipeline, None)
    assert 0 < evaluation.psnr(model, [Image.new("RGB", (64, 64), "red")]) < 60


def test_a_sheet_holds_every_picture(prompts):
    pictures = [Image.new("RGB", (64, 64), (n, 0, 0)) for n in range(10)]
    whole = evaluation.sheet(pictures, prompts)
    assert whole.width == 8 * 64
    assert [whole.getpixel((n % 8 * 64 + 32, n // 8 * (whole.height // 2) + 32))[0] for n in range(10)] == [
        *range(10)
    ]


def test_a_file_of_prompts_is_read_line_by_line_and_what_asks_for_nothing_is_named(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("\ufeffa red cat\n\nun hibou la nuit\n🚤🚤\na zeppelin in the snow\n", encoding="utf-8")
    prompts, unread = written(file)
    assert [(prompt.text, prompt.language) for prompt in prompts] == [
        ("a red cat", "en"), ("un hibou la nuit", "fr"), ("a zeppelin in the snow", "en"),
    ]  # fmt: skip
    assert unread == [(4, "🚤🚤")]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"", "no line"), (b"zeppelin\n", "no line"), (None, "No such file")],
)
def test_a_file_that_holds_no_prompts_is_refused_in_a_sentence(tmp_path, content, why):
    file = tmp_path / "prompts.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NoPrompts, match=why):
        written(file)


@pytest.fixture(scope="module")
def untaught(tmp_path_factory):
    """The folder of a judge that learnt nothing."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("judge")
    Judge(choices(), widths=(8, 8, 8, 8)).save_pretrained(folder)
    return folder


@pytest.fixture
def asked(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text(
        "a red cat on the sea\n🚤\nun chat bleu à gauche d'un chien rouge, en sépia\n", encoding="utf-8"
    )
    return file


def test_the_command_prints_one_object(tiny, untaught, asked, tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    told = ["--model", str(tiny), "--judge", str(untaught), "--prompts", str(asked), "--sheet", str(sheet)]
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *told, "--steps", "2", "--json"])
    assert ended.value.code == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    for rates in (found, found["ceiling"], found["chance"], found["french"], found["english"]):
        assert all(set(rates[question]) == {"rate", "low", "high", "n"} for question in QUESTIONS)
    assert [found[question]["n"] for question in QUESTIONS] == [1, 1, 1, 1, 1, 0, 0]
    assert found["place"]["rate"] is None
    assert (found["model"], found["steps"], found["guidance"], found["prompts"]) == (str(tiny), 2, 3.0, 2)
    assert found["left_out"] == [{"line": 2, "text": "🚤"}]
    assert found["judge"]
    assert found["psnr"] > 0
    assert "Line 2" in printed.err
    with Image.open(sheet) as opened:
        assert opened.size == (128, 64 + 48)


def test_the_command_prints_a_table(tiny, untaught, asked, capsys):
    with pytest.raises(SystemExit):
        main(
            [
                "evaluate",
                "--model",
                str(tiny),
                "--judge",
                str(untaught),
                "--prompts",
                str(asked),
                "--count",
                "1",
            ]
        )
    out = capsys.readouterr().out
    assert "print process" in out
    assert "1 prompts, 4 steps, guidance 3" in out
    assert "dB" in out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--judge", "nowhere"], "apparatus train judge"),
        (["--prompts", "nowhere.txt"], "No prompts in nowhere.txt"),
        (["--steps", "0"], "num_inference_steps cannot be 0"),
        (["--sheet", "nowhere/sheet.png"], "no file in a folder"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_in_a_sentence(
    tiny, arguments, why, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--model", str(tiny), "--count", "1", *arguments])
    printed = capsys.readouterr()
    assert ended.value.code != 0
    assert why in " ".join(printed.err.split())
    assert "Traceback" not in printed.err
    assert printed.out == ""
