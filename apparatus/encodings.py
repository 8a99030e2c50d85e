"""What a text encoder read: its tokens, which of them a person wrote, and which of them the denoiser is told.

    encoding.words[0].text, encoding.columns(encoding.words[0])

A token that nobody wrote is a ghost: a mark, filling, or a template around the prompt. One without a column,
where others of its encoding have theirs, the denoiser never hears of.
"""

from typing import Literal

from pydantic import BaseModel

Branch = Literal["cond", "uncond"]


class Token(BaseModel):
    """One entry of the text encoder's input."""

    id: int
    text: str
    kind: Literal["word", "begin", "end", "padding", "template"]
    """A word's, a mark before or after, filling, or text that the program put around the prompt."""
    word: int | None = None
    """Index into the encoding's words; None where nobody wrote it."""
    column: int | None = None
    """Which of the vectors the denoiser is told is its, and which map of attention; None for none."""


class Word(BaseModel):
    """A word or a run of punctuation, as a person wrote it."""

    text: str
    tokens: list[int]
    known: bool | None = None
    """Whether it is in the model's vocabulary; None when that vocabulary is not known."""


class Encoding(BaseModel):
    """What one text encoder read in one call."""

    encoder: str = "text_encoder"
    branch: Branch = "cond"
    call: int = 0
    row: int = 0
    """Which call of this encoder in the run, and which row of its batch."""
    from_step: int = 0
    """The first step that was told of it: not 0 where the prompt was changed on the way."""
    tokens: list[Token]
    words: list[Word]
    templates: list[str] = []
    """What the program put around the prompt, as it reads: a text for each run of template tokens."""
    truncated: str = ""
    """The end of the prompt, when it was too long to be read."""

    @property
    def told(self) -> bool:
        """Whether the denoiser is told of its tokens, each by itself."""
        return any(token.column is not None for token in self.tokens)

    def columns(self, word: Word) -> list[int]:
        """Which of the vectors that the denoiser is told are a word's."""
        columns = (self.tokens[token].column for token in word.tokens)
        return [column for column in columns if column is not None]
