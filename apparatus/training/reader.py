"""The text tower's first lesson: to say of a caption what it shows, before it has seen a picture.

At the last token of each thing's words it is asked for the noun, the colour, the size, the number and the
tinted pictogram, eight pixels wide; at the caption's end for the whole scene. The French and the English for
a thing thus come to lie together, and different things apart. (Trained along with the denoiser alone, a
text tower lets nouns fall together: the loss on high noise asks for their colour long before their shape.)
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from apparatus.models.precision import mixed
from apparatus.training import tokenizer as bpe
from apparatus.training.effort import Effort
from apparatus.training.loop import Plan, train
from apparatus.world.atlas import sprite, tinted
from apparatus.world.captions import SAYINGS, texts
from apparatus.world.grammar import plain, split
from apparatus.world.scene import Scene, Thing, scene
from apparatus.world.vocabulary import LANGUAGES, vocabulary

WIDTH = 256
LAYERS = 4
LOOK = 8  # pixels on each side of the pictograms that are asked for
UNDRAWN = 1_000_000  # from this number on, scenes of which no picture is drawn for the training
HELD_OUT = 100_000_000  # from here on, scenes that it is only tried on


def config(words: CLIPTokenizer) -> CLIPTextConfig:
    """Of the text tower."""
    return CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=WIDTH // 64,
        max_position_embeddings=bpe.LENGTH,
        projection_dim=WIDTH,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )


OF_A_THING = ("noun", "colour", "size", "count")
OF_THE_REST = ("place", "setting", "wall", "light", "process")


@cache
def choices() -> dict[str, list[Any]]:
    """What can be answered to each question, the first of them where there is nothing to say."""
    known = vocabulary()
    return {
        "noun": [None, *known.nouns],
        "colour": [None, *known.colours],
        "size": [None, *known.sizes],
        "count": [1, *known.numbers],
        "place": [None, *known.places],
        "setting": [None, *known.settings],
        "wall": [None, *known.colours],
        "light": [None, *known.lights],
        "process": [None, *known.processes],
    }


def answers(
    asked: Sequence[Thing | Scene | None], question: str, device: torch.device
) -> Int[Tensor, "asked"]:
    """The number of the right answer to a question about each of these."""
    known = choices()[question]
    return torch.tensor([known.index(getattr(one, question)) if one else 0 for one in asked], device=device)


class Questions(nn.Module):
    """What is asked of a text tower's states; nothing of it is kept when the tower has been taught."""

    def __init__(self) -> None:
        """Untrained: of a thing where its words end; of the first, the second and the rest where all ends."""
        super().__init__()
        self.thing = self._heads(OF_A_THING)
        self.first = self._heads(OF_A_THING)
        self.second = self._heads(OF_A_THING)
        self.rest = self._heads(OF_THE_REST)
        self.look = nn.Linear(WIDTH, LOOK * LOOK * 4)

    def _heads(self, questions: Sequence[str]) -> nn.ModuleDict:
        return nn.ModuleDict({name: nn.Linear(WIDTH, len(choices()[name])) for name in questions})


@cache
def look(noun: str, colour: str | None) -> Float[Tensor, "values"]:
    """The pictogram, tinted, in LOOK×LOOK pixels: RGBA in 0 to 1, colours times opacity."""
    drawn = tinted(noun, colour) if colour else sprite(noun)
    small = drawn.convert("RGBa").resize((LOOK, LOOK), Image.Resampling.BOX)
    return torch.from_numpy(np.asarray(small, np.float32) / 255).flatten()


@cache
def forms(noun: str) -> list[list[str]]:
    """The words of everything a noun can be called, in both languages, the longest first."""
    said = {
        form
        for language in LANGUAGES
        for word in getattr(vocabulary().nouns[noun], language)
        for text in (word.text, word.plural)
        for form in (tuple(split(text)), tuple(split(plain(text))))
    }
    return [list(form) for form in sorted(said, key=len, reverse=True)]


@cache
def tints(colour: str) -> frozenset[str]:
    """Every form of a colour in French, where it follows its noun."""
    said = [form for word in vocabulary().colours[colour].fr for form in (word.text, word.plural)]
    return frozenset(said + [plain(form) for form in said])


def end(thing: Thing, said: Sequence[str]) -> int | None:
    """Which of a caption's words is the last of this thing's; None when it is not found in one piece."""
    for form in forms(thing.noun):
        for start in range(len(said) - len(form) + 1):
            if said[start : start + len(form)] == form:
                after = start + len(form)
                tint = thing.colour and after < len(said) and said[after] in tints(thing.colour)
                return after if tint else after - 1
    return None


class Lessons:
    """Captions without end, drawn by number from scenes that the other trainings do not draw."""

    def __init__(self, words: CLIPTokenizer) -> None:
        """In this tokenizer's tokens."""
        self._words = words
        self._spoken = [words.decode([number]).strip() for number in range(len(words))]

    def captions(self, first: int, count: int) -> tuple[Int[Tensor, "captions positions"], list[Scene]]:
        """Token ids of `count` scenes' captions, from scene `first` on, and each caption's scene."""
        numbers = range(first, first + count)
        said = [text for n in numbers for text in texts(n)]
        ids = self._words(said, padding="max_length", truncation=True, return_tensors="pt").input_ids
        return ids, [shown for shown in map(scene, numbers) for _ in range(SAYINGS)]

    def things(
        self, ids: Int[Tensor, "captions positions"], scenes: Sequence[Scene]
    ) -> tuple[list[int], list[int], list[Thing]]:
        """Every thing whose words are found: the caption's number, its last token's, and the thing."""
        rows, places, found = [], [], []
        for row, (numbers, shown) in enumerate(zip(ids.tolist(), scenes, strict=True)):
            heard = [(place, self._spoken[number]) for place, number in enumerate(numbers)]
            heard = [(place, word) for place, word in heard if word.isalpha()]
            for thing in shown.things:
                last = end(thing, [word for _, word in heard])
                if last is not None:
                    rows.append(row)
                    places.append(heard[last][0])
                    found.append(thing)
        return rows, places, found


Answers = dict[str, tuple[Float[Tensor, "asked choices"], Int[Tensor, "asked"]]]


def answered(
    tower: CLIPTextModel, questions: Any, lessons: Lessons, first: int, count: int
) -> tuple[Answers, Tensor]:
    """What the tower answers on `count` scenes' captions, beside what is right; how far the looks are off."""
    ids, scenes = lessons.captions(first, count)
    rows, places, things = lessons.things(ids, scenes)
    ids = ids.to(tower.device)
    with mixed(ids.device.type):
        states = tower(ids).last_hidden_state
        here = states[rows, places]
        ended = states[range(len(ids)), (ids == tower.config.eos_token_id).int().argmax(1)]
        padding = states[:, -1]
        asked: list[tuple[str, nn.ModuleDict, Tensor, Sequence[Thing | Scene | None]]] = [
            ("thing", questions.thing, here, things)
        ]
        for where, state in (("", ended), ("padding ", padding)):
            asked += [
                (f"{where}first", questions.first, state, [shown.things[0] for shown in scenes]),
                (f"{where}second", questions.second, state, [(*shown.things, None)[1] for shown in scenes]),
                (f"{where}rest", questions.rest, state, scenes),
            ]
        answers_given = {
            f"{of} {name}": (head(state).float(), answers(right, name, ids.device))
            for of, heads, state, right in asked
            for name, head in heads.items()
        }
        looks = questions.look(here).float()
    drawn = torch.stack([look(thing.noun, thing.colour) for thing in things])
    return answers_given, F.mse_loss(looks, drawn.to(ids.device))


def objective(modules: nn.ModuleDict, words: CLIPTokenizer, batch: int) -> Callable[[int], Tensor]:
    """The loss of a step of `batch` captions: every answer, and twenty times the looks."""
    lessons, scenes = Lessons(words), batch // SAYINGS

    def loss(number: int) -> Tensor:
        first = UNDRAWN + number * scenes
        given, off = answered(modules["text"], modules["questions"], lessons, first, scenes)
        return torch.stack([F.cross_entropy(*pair) for pair in given.values()]).mean() + 20 * off

    return loss


def main(folder: Path, effort: Effort, device: str = "cpu") -> None:
    """Teach it, say on the way how much it answers rightly, and write it to `folder/text`."""
    words = bpe.kept(folder / "tokenizer")
    modules = nn.ModuleDict({"text": CLIPTextModel(config(words)), "questions": Questions()}).to(device)

    @torch.no_grad()
    def try_it(shadow: Any, step: int) -> None:
        given, off = answered(shadow["text"], shadow["questions"], Lessons(words), HELD_OUT, 250)
        rates = {name: (said.argmax(1) == right).float().mean() for name, (said, right) in given.items()}
        told = ", ".join(f"{name} {rate:.1%}" for name, rate in rates.items() if "padding" not in name)
        print(f"step {step}: {told}; looks off by {off.sqrt():.3f}", flush=True)
        shadow["text"].save_pretrained(folder / "text")

    plan = Plan(
        steps=effort.steps,
        rate=1.5e-3,
        seed=effort.seed,
        warmup=100,
        decay=0.02,
        mean=0.99,
        milestone=100,
        keep=100,
    )
    train(modules, objective(modules, words, effort.batch), plan, folder / "reader", try_it)
