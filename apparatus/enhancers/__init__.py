"""Language models that rewrite a prompt: one that runs here, or one behind an endpoint.

    enhanced = write(Enhance(seed=7), "a cat", "en", print)
    enhanced.prompt

`local` writes token by token with transformers, `endpoint` asks through the `openai` client. Both give a text
in tokens, each with its odds where they are known.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from apparatus.alignment import told_apart, whose
from apparatus.enhancements import Ended, Enhance, Enhanced, Written
from apparatus.enhancers.refusals import refuses
from apparatus.errors import EnhancerRefused, NotEnhanced
from apparatus.world.vocabulary import Language


@dataclass
class Writing:
    """A text that is about to be written. `ended` holds once all its tokens are there."""

    model: str
    given: str
    known: Literal["vocabulary", "given"]
    tokens: Iterator[Written]
    ended: Literal["end", "length", "cancelled"] = "length"
    declined: tuple[str, ...] = ()
    """Settings that were asked for, and that it is written without."""


def write(
    asked: Enhance,
    prompt: str,
    language: Language | None = None,
    emit: Callable[[Written], None] = lambda token: None,
    stopped: Callable[[], bool] = lambda: False,
    before: Sequence[Written] = (),
) -> Enhanced:
    """Have a prompt rewritten; `emit` gets each token as it is written.

    What goes wrong once the language model is asked, is told in what comes back (`ended` is "failed" or
    "refused"), with all that was written until then; so is a text that is a refusal (see `refusals`). While
    an endpoint is waited for, `stopped` is looked at several times a second. `before` are the tokens of a
    text that was begun: an endpoint goes on behind them; one that runs here writes them again, the same from
    the same seed.

    Raises:
        NoEnhancer, NoInstruction, TooLarge: nobody can be asked.
        OutOfRange: a token was chosen where there is none, or one that the language model does not have.
    """
    began, writing = perf_counter(), Writing("", "", "given", iter(()))
    tokens: list[Written] = []
    problem: NotEnhanced | None = None
    ended: Ended = "end"
    try:
        writing = _begin(asked, prompt, language, before, stopped)
        for token in writing.tokens:
            tokens.append(token)
            emit(token)
            if stopped():
                ended = "cancelled"
                break
        else:
            ended = writing.ended
        text = " ".join(_text(tokens).split())
        if ended != "cancelled" and (not text or refuses(prompt, text)):
            raise EnhancerRefused(asked.model, text[:200])
    except NotEnhanced as error:
        problem, ended = error, "refused" if isinstance(error, EnhancerRefused) else "failed"
    return _whole(asked, prompt, tokens, writing, ended, problem, perf_counter() - began)


def _begin(
    asked: Enhance,
    prompt: str,
    language: Language | None,
    before: Sequence[Written],
    stopped: Callable[[], bool],
) -> Writing:
    if asked.remote:
        from apparatus.enhancers import endpoint

        return endpoint.begin(asked, prompt, language, before, stopped)
    from apparatus.enhancers import local

    return local.begin(asked, prompt, language)


def _whole(
    asked: Enhance,
    prompt: str,
    tokens: list[Written],
    writing: Writing,
    ended: Ended,
    problem: NotEnhanced | None,
    seconds: float,
) -> Enhanced:
    """The text with its words told apart, and each token with whose word it is of."""
    apart = told_apart(prompt, _text(tokens))
    place, told = 0, []
    for token in tokens:
        end = place + (0 if token.mark else len(token.text))
        told.append(token.model_copy(update={"whose": whose(apart.words, place, end)}))
        place = end
    odds = any(token.probability is not None for token in tokens)
    return Enhanced(
        asked=asked,
        model=writing.model or asked.model,
        given=writing.given,
        tokens=tuple(told),
        known=writing.known if odds else "nothing",
        declined=writing.declined,
        ended=ended,
        problem=type(problem).__name__ if problem else "",
        message=str(problem) if problem else "",
        words=apart.words,
        dropped=apart.dropped,
        seconds=seconds,
    )


def _text(tokens: Sequence[Written]) -> str:
    return "".join(token.text for token in tokens if not token.mark)
