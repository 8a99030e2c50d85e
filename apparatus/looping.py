"""The picture goes back in: picture, caption, picture, with nobody between them; and how far it drifts.

    record = loops.open(id)
    for turn in record.rounds:
        turn.prompt, turn.caption, turn.from_first

The record is a file of its own; every round is an exposure of the store. Needs no torch.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from apparatus.errors import BrokenRecord, LoopNotFound, NothingToResume, OutOfRange
from apparatus.record import Place, Who, new_id
from apparatus.settings import Settings
from apparatus.store import ID, Store, refusals

FOLDER = "loops"
WINDOW = 10
"""Rounds over which words are counted together."""
LEVELS = 4
"""Into which each colour of a pixel is sorted, to count colours: 64 in all."""
THUMBNAIL = 16
"""Pixels on each side, where no CLIP compares pictures."""

BINDING = frozenset("the and with une des les aux dans sur sous avec".split())
"""Words of three letters and more that are left out where words are counted, as all shorter ones are."""
THUMBNAILS = "thumbnails"
MOST = 1000
"""Rounds of one loop."""

LoopState = Literal["running", "finished", "cancelled", "silent", "failed"]


class Loop(BaseModel):
    """What is asked: the first prompt's settings, how often the picture goes back in, and how.

    With a "fixed" seed only the words change from round to round; with a "new" one each round takes the next.
    With an `enhance` among the settings, every caption is rewritten before it is the prompt.

    Raises:
        OutOfRange: something in it lies outside its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    rounds: int = Field(20, ge=1, le=MOST)
    seed: Literal["fixed", "new"] = "fixed"
    captioner: str = ""
    """"" for the model's own; else a name in the folder APPARATUS_CAPTIONERS."""

    def __init__(self, **asked: Any) -> None:
        try:
            super().__init__(**asked)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "loop"
            raise OutOfRange(place, repr(first.get("input"))[:80], first["msg"]) from error


class Round(BaseModel):
    """One picture of a loop, and what was said of it.

    Distances are 1 - the cosine of two embeddings (0: alike), by the model's CLIP; where there is none, of
    thumbnails and of counted words. None in the first round, where there is nothing to compare with.
    """

    number: int
    exposure: str
    prompt: str
    """What the picture was asked to show: the caption of the one before, or a person's words."""
    enhanced: str = ""
    """What an enhancer made of that; "" where there was none, or where nothing of use came of it."""
    problem: str = ""
    """Why an enhancer that was asked made nothing of it: a sentence."""
    who: Literal["person", "program"] = "program"
    """Whose words these are."""
    caption: str = ""
    by: str = THUMBNAILS
    """What compared: "clip", or "thumbnails"."""
    from_first: float | None = None
    """How far the picture is from the first one, and from the one before."""
    from_last: float | None = None
    words_from_first: float | None = None
    """How far the caption is from the first prompt; None of a person's words that no CLIP has read."""
    shared: float | None = None
    """The share of the first prompt's words that the caption still says, 0 to 1."""
    vocabulary: int = 0
    """Different words in the captions of the last ten rounds."""
    colours: float = 1.0
    """How many colours there are, of 64: two to the power of the entropy, in bits, of their shares."""
    repeats: int | None = None
    """The round before it whose caption was the same, word for word."""


class LoopRecord(BaseModel):
    """What loop.json holds."""

    format: int = 1
    id: str
    created: AwareDatetime
    asked: Loop
    state: LoopState = "running"
    rounds: list[Round] = []
    parent: str | None = None
    """The loop this one left, because a person stepped in, and after how many rounds."""
    parent_round: int | None = None
    drawn: bool = False
    """Whether chance drew its seed."""
    message: str = ""
    problem: str = ""
    """What broke it off: a sentence, and the name of the error."""

    @property
    def settled(self) -> tuple[int, int] | None:
        """The round from which it only repeats itself, and how many rounds that takes; None if it does not.

        With a fixed seed the same words make the same picture, so one repetition is enough for ever; unless
        an enhancer on another machine rewrites them, whose seed binds nobody.
        """
        last, enhance = self.rounds[-1] if self.rounds else None, self.asked.settings.enhance
        if last is None or last.repeats is None or self.asked.seed == "new":
            return None
        if enhance and enhance.remote and enhance.temperature > 0:
            return None
        return last.repeats, last.number - last.repeats

    @property
    def who(self) -> dict[str, Who]:
        """Whose words the next round is asked for, and whose seeds: "person" is whoever began the loop.

        From the second round on a "new" seed is the program's, which counts on from the first; an enhancer's
        is the loop's own.
        """
        stepped_in = self.parent_round is not None and len(self.rounds) == self.parent_round
        counted = self.asked.seed == "new" and bool(self.rounds)
        return {
            "prompt": "person" if stepped_in or not self.rounds else "program",
            "seed": "program" if counted else "chance" if self.drawn else "person",
            "enhance_seed": "program",
        }

    @property
    def place(self) -> Place:
        """Of the next round."""
        return Place(loop=self.id, number=len(self.rounds), of=self.asked.rounds)

    def next(self) -> Settings:
        """What the next round is asked."""
        settings, number = self.asked.settings, len(self.rounds)
        update: dict[str, Any] = {"prompt": self.rounds[-1].caption if self.rounds else settings.prompt}
        if settings.seed is not None and self.asked.seed == "new":
            update["seed"] = (settings.seed + number) % 2**32
        return settings.model_copy(update=update)


class Loops:
    """The loops of a store."""

    def __init__(self, store: Store) -> None:
        """They lie in a folder beside its exposures."""
        self._store, self._folder = store, store.folder / FOLDER

    def begin(self, asked: Loop, seed: int) -> LoopRecord:
        """A loop that is about to start, with the seed it takes where none was asked for."""
        settings = asked.settings.filled(seed=seed)
        if asked.seed == "fixed" and settings.enhance and settings.enhance.seed is None:
            own = settings.enhance.model_copy(update={"seed": settings.seed})
            settings = settings.model_copy(update={"enhance": own})
        now = datetime.now(UTC)
        record = LoopRecord(
            id=new_id(now),
            created=now,
            asked=asked.model_copy(update={"settings": settings}),
            drawn=asked.settings.seed is None,
        )
        self.save(record)
        return record

    def leave(self, parent: str, after: int, prompt: str, more: int | None = None) -> LoopRecord:
        """A loop that is as another was for `after` rounds, and goes on with words that a person wrote.

        It has `more` rounds after these; else as many as the other was to have, or, where it left that one at
        its end, as many again.

        Raises:
            LoopNotFound, BrokenRecord: there is no such loop.
            OutOfRange: it did not get that far, or there would be too many rounds.
        """
        left = self.open(parent)
        if not 1 <= after <= len(left.rounds):
            raise OutOfRange("after", after, f"1 to {len(left.rounds)}")
        ahead = (left.asked.rounds - after or left.asked.rounds) if more is None else more
        if not 1 <= ahead <= MOST - after:
            raise OutOfRange("rounds", after + ahead, f"{after + 1} to {MOST}")
        now, rounds = datetime.now(UTC), [*left.rounds[:after]]
        rounds[-1] = _instead(rounds, prompt)
        record = LoopRecord(
            id=new_id(now),
            created=now,
            asked=left.asked.model_copy(update={"rounds": after + ahead}),
            rounds=rounds,
            parent=left.id,
            parent_round=after,
            drawn=left.drawn,
        )
        self.save(record)
        return record

    def again(self, id: str) -> LoopRecord:
        """A loop that was stopped, failed, or left behind by a process that died: from here on it runs.

        Raises:
            LoopNotFound, BrokenRecord: there is no such loop.
            NothingToResume: it is over.
        """
        record = self.open(id)
        if record.state in ("finished", "silent"):
            raise NothingToResume(record.state)
        record.state, record.message, record.problem = "running", "", ""
        self.save(record)
        return record

    def save(self, record: LoopRecord) -> None:
        """Write it whole or not at all.

        Raises:
            DiskFull, StoreUnwritable: the store takes nothing.
        """
        with refusals(self._store.folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = self._folder / f".{record.id}"
            partial.write_text(record.model_dump_json(indent=1), "utf-8")
            partial.replace(self._folder / f"{record.id}.json")

    def open(self, id: str) -> LoopRecord:
        """A loop by its id.

        Raises:
            LoopNotFound: there is none.
            BrokenRecord: it cannot be read.
        """
        path = self._folder / f"{id}.json"
        if not ID.fullmatch(id) or not path.is_file():
            raise LoopNotFound(id, self.ids())
        try:
            return LoopRecord.model_validate(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise BrokenRecord(path, "it is no record of a loop") from error

    def ids(self) -> list[str]:
        """All there are, newest first."""
        return sorted((path.stem for path in self._folder.glob("2*.json")), reverse=True)


def _instead(rounds: Sequence[Round], prompt: str) -> Round:
    """The last round with a person's words for its caption, and what can be counted of them."""
    first = rounds[0].prompt
    return rounds[-1].model_copy(
        update={
            "caption": prompt,
            "repeats": None,
            "words_from_first": words_apart(first, prompt) if rounds[-1].by == THUMBNAILS else None,
            "shared": shared(first, prompt),
            "vocabulary": vocabulary([*(one.caption for one in rounds[:-1]), prompt]),
        }
    )


def said(text: str) -> list[str]:
    """The words of a text, in lower case, without those that only bind."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return [word for word in words if len(word) > 2 and word not in BINDING]


def vocabulary(captions: Sequence[str]) -> int:
    """Different words in the last captions."""
    return len({word for caption in captions[-WINDOW:] for word in said(caption)})


def shared(first: str, caption: str) -> float | None:
    """The share of the first text's words that the other still has; None where it has none."""
    before = set(said(first))
    return len(before & set(said(caption))) / len(before) if before else None


def colours(picture: Image.Image) -> float:
    """How many colours a picture has, 1 to 64: the perplexity of the shares of LEVELS³ colours."""
    levels = np.asarray(picture.convert("RGB"), np.int32) * LEVELS // 256
    which = (levels[..., 0] * LEVELS + levels[..., 1]) * LEVELS + levels[..., 2]
    shares = np.bincount(which.ravel()) / which.size
    present = shares[shares > 0]
    return float(2 ** -(present * np.log2(present)).sum())


def looks(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A picture as a direction: its thumbnail's numbers, their mean taken off, of length 1."""
    small = picture.convert("RGB").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    numbers = np.asarray(small, np.float64).ravel() - 127.5
    return numbers / (np.linalg.norm(numbers) or 1.0)


def apart(one: Any, other: Any) -> float:
    """1 - the cosine of two directions of length 1."""
    return float(1 - np.clip(np.dot(one, other), -1, 1))


def words_apart(one: str, other: str) -> float:
    """1 - the cosine of how often two texts say each word; 1 where one says nothing."""
    a, b = Counter(said(one)), Counter(said(other))
    norm = float(np.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values())))
    return 1 - sum(a[word] * b[word] for word in a) / norm if norm else 1.0
