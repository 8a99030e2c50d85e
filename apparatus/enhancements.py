"""A prompt rewritten by a language model: what is asked for, and what came of it, token by token.

    settings = Settings(prompt="a cat", enhance=Enhance(temperature=0.8, seed=7))
    record.enhanced.prompt                     # what the text encoder got
    for token in record.enhanced.tokens:
        token.text, token.probability, token.entropy, token.alternatives

Needs neither torch nor a language model. `apparatus.enhancers` does the rewriting.
"""

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from apparatus.alignment import Said, Whose
from apparatus.errors import OutOfRange

OWN = "obscura"
"""The model in the package, which has an enhancer of its own beside its pipeline."""

ENHANCE = "<|enhance|>"
"""What its enhancer reads between the prompt as it was written and the one that it writes."""

Ended = Literal["end", "length", "refused", "failed", "cancelled"]
"""The model ended it; it was as long as asked; it refused, or said nothing; something failed; somebody
stopped it."""


class Choice(BaseModel):
    """A token that a person put in the place of the model's own: by its id, or by its text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: int = Field(ge=0, lt=1024)
    """Its place among the tokens of the text, from 0 on."""
    token: int | str


class Enhance(BaseModel):
    """A language model is to rewrite the prompt.

    `by` is "obscura", a folder, or a repository in the hub's cache: a causal language model run here; or
    "http://machine:8080/v1#model", an endpoint that speaks as OpenAI's does. A key for it stands in the
    environment variable APPARATUS_ENDPOINT_KEY, and nowhere else.

    Raises:
        OutOfRange: something in it lies outside its range, or there is no such setting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str = Field(OWN, min_length=1, max_length=4096)
    template: str = Field("picture", min_length=1, max_length=10_000)
    """The name of a file in `prompts/enhance`, or the instruction's own text. An enhancer that was trained as
    obscura's was is given none."""
    temperature: float = Field(1.0, ge=0, le=2)
    """0: the likeliest token each time. 1: as the model has it. Above: the unlikely more often."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Drawn from the likeliest tokens that have this much of the probability together."""
    seed: int | None = Field(None, ge=0, le=2**32 - 1)
    longest: int = Field(128, ge=1, le=1024)
    """Tokens."""
    chosen: tuple[Choice, ...] = Field((), max_length=1024)

    def __init__(self, **asked: Any) -> None:
        try:
            super().__init__(**asked)
        except ValidationError as error:
            first = error.errors()[0]
            setting = ".".join(map(str, ("enhance", *first["loc"])))
            raise OutOfRange(setting, repr(first["input"])[:80], first["msg"]) from error

    @model_validator(mode="after")
    def _whole(self) -> "Enhance":
        address = urlsplit(self.by)
        if self.remote and (not address.hostname or not address.fragment or address.username is not None):
            raise ValueError("an endpoint is http://machine/v1#model, with no name and password in it")
        return self

    @property
    def remote(self) -> bool:
        """Whether an endpoint is asked."""
        return self.by.lower().startswith(("http://", "https://"))

    @property
    def model(self) -> str:
        """The language model's name as a person reads it, with no address and no path."""
        return self.by.rpartition("#")[2] if self.remote else self.by.rstrip("/").rpartition("/")[2]


class Alternative(BaseModel):
    """A token that could have stood there, and how probable that was."""

    text: str
    id: int | None = None
    probability: float


class Written(BaseModel):
    """One token of a text, and the odds it had: those of the model at temperature 1.

    What it was drawn from is these, raised to 1/temperature, of the likeliest that have `top_p` together.
    """

    text: str
    """"" where it is a part of a letter: the last part has the letter."""
    id: int | None = None
    probability: float | None = None
    entropy: float | None = None
    """In bits: over the whole vocabulary, or over what an endpoint gave (see `Enhanced.known`)."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest others, the likeliest first."""
    mark: bool = False
    """Whether it is a mark of the language model's, as that which ends the text, and no part of it."""
    chosen: bool = False
    """Whether a person chose it."""
    whose: Whose = "added"
    """Whether it is of a word that the person wrote; "added" until the text is whole."""


class Enhanced(BaseModel):
    """What a language model made of a prompt, and how it got there."""

    asked: Enhance
    """With nothing left open: it makes the same text again, where the language model runs here."""
    model: str
    """As its own files or its endpoint name it."""
    given: str
    """All that it got, word for word: marks, roles and instruction included. Of an endpoint, the messages
    that were sent: what its server puts around them is not known."""
    tokens: tuple[Written, ...] = ()
    known: Literal["vocabulary", "given", "nothing"] = "nothing"
    """What the probabilities are of: the model's whole vocabulary; the few tokens that an endpoint gave, the
    rest being taken for one (entropies are then too low, if anything); or there are none."""
    declined: tuple[str, ...] = ()
    """Settings of `asked` that an endpoint would not have, and that it wrote without."""
    ended: Ended = "end"
    problem: str = ""
    """The name of the error that kept it from being used, and its sentence."""
    message: str = ""
    words: tuple[Said, ...] = ()
    dropped: tuple[str, ...] = ()
    """Words of the prompt that are not in the text any more."""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What was written, as it was written."""
        return "".join(token.text for token in self.tokens if not token.mark)

    @property
    def added(self) -> int:
        """How many of its words the person did not write; 0 where it is not to be used."""
        return sum(word.word and word.whose == "added" for word in self.words) if self.prompt else 0

    @property
    def prompt(self) -> str:
        """What was written, on one line; "" where it is not to be used."""
        return " ".join(self.text.split()) if self.ended in ("end", "length") else ""
