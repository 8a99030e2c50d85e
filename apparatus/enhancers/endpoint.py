"""A language model behind an endpoint that speaks as OpenAI's does: llama.cpp, vLLM, Ollama, a hosted one.

It is not trusted: it has so many seconds, bytes and characters, and what it sends is read line by line, for
it may be anything. Log-probabilities are asked for, and done without where it declines; so is all else but
the messages.

Source: openai 3.54.0. That a text which was begun is gone on with: vLLM, `continue_final_message`; llama.cpp
(pull requests 13174 and 13608), where the last message is the assistant's.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import openai
from pydantic import BaseModel, Field, ValidationError

from apparatus import instructions
from apparatus.enhancements import Alternative, Enhance, Written
from apparatus.enhancers import Writing
from apparatus.enhancers.connection import Connection, key
from apparatus.errors import (
    CannotContinue,
    EndpointDeclined,
    EndpointDown,
    EndpointNonsense,
    EndpointSlow,
    EnhancerRefused,
    NotEnhanced,
    TooMuchSaid,
)
from apparatus.settings import LONGEST_PROMPT
from apparatus.world.vocabulary import Language

OTHERS = 8
CONTINUING: dict[str, dict[str, Any]] = {
    "vllm": {"continue_final_message": True, "add_generation_prompt": False},
    "llamacpp": {},
}
"""What servers that can go on from a begun text are told, by who they say owns their models."""


class _Odds(BaseModel):
    token: str
    logprob: float


class _Token(_Odds):
    top_logprobs: list[_Odds] = []


class _Tokens(BaseModel):
    content: list[_Token] | None = None


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Said | None = None
    message: _Said | None = None
    logprobs: _Tokens | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    """A piece of an answer, or all of it."""

    choices: list[_Choice]


class _Model(BaseModel):
    owned_by: str = ""


class _Models(BaseModel):
    data: list[_Model] = Field(min_length=1)


def begin(
    asked: Enhance,
    prompt: str,
    language: Language | None,
    before: Sequence[Written] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> Writing:
    """Get ready to ask: it is asked when the first token is wanted. What is written is read as it comes.

    The tokens raise NotEnhanced where the endpoint is down, slow, declines, talks nonsense, or cannot go on
    from a begun text; they end early where somebody stopped it.

    Raises:
        NoInstruction: there is no such instruction.
    """
    text = instructions.filled(instructions.text(asked.template, language), prompt)
    messages = [{"role": "user", "content": text}]
    if before:
        begun = "".join(token.text for token in before if not token.mark)
        messages.append({"role": "assistant", "content": begun})
    writing = Writing(asked.model, "", "given", iter(()))
    writing.tokens = _tokens(asked, messages, list(before), writing, stopped)
    return writing


def _tokens(
    asked: Enhance,
    messages: list[dict[str, str]],
    before: list[Written],
    writing: Writing,
    stopped: Callable[[], bool],
) -> Iterator[Written]:
    """What was begun, then what comes."""
    yield from before
    left = LONGEST_PROMPT - sum(len(token.text) for token in before)
    connection = Connection(asked.by.rpartition("#")[0])
    for chunk in connection.heard(lambda: _chunks(connection, asked, messages, writing), stopped):
        for choice in chunk.choices[:1]:
            said = choice.delta or choice.message or _Said()
            if said.refusal or choice.finish_reason == "content_filter":
                raise EnhancerRefused(asked.model, (said.refusal or "")[:200])
            for token in _written(said.content or "", choice.logprobs):
                yield token.model_copy(update={"text": token.text[:left]})
                left -= len(token.text)
                if left < 0:
                    raise TooMuchSaid(asked.model, LONGEST_PROMPT)
            if choice.finish_reason:
                writing.ended = "length" if choice.finish_reason == "length" else "end"
    if connection.cancelled:
        writing.ended = "cancelled"


def _chunks(
    connection: Connection, asked: Enhance, messages: list[dict[str, str]], writing: Writing
) -> Iterator[_Chunk]:
    """The pieces of the answer.

    Raises:
        NotEnhanced: there is none, or it is none.
    """
    with _named(connection), connection.client() as client:
        begun, further = messages[-1]["role"] == "assistant", {}
        if begun or asked.chosen:
            owner = _owner(client) if begun else ""
            if owner not in CONTINUING:
                raise CannotContinue(connection.base)
            further = CONTINUING[owner]
        writing.given = json.dumps(messages, ensure_ascii=False, indent=1)
        answer, writing.declined = _answer(client, asked, messages, further)
        yield from _read(answer, connection.base)


@contextmanager
def _named(connection: Connection) -> Iterator[None]:
    """A scope in which every way it can go wrong has its own name."""
    base = connection.base
    try:
        yield
    except NotEnhanced:
        raise
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        raise EndpointSlow(base, connection.seconds) from error
    except openai.APIStatusError as error:
        raise EndpointDeclined(base, error.status_code, _keyless(error.message)) from error
    except ValidationError as error:
        raise EndpointNonsense(base, "something that is no part of a chat") from error
    except (openai.APIConnectionError, httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise EndpointDown(base, _keyless(error.__cause__ or error)) from error
    except Exception as error:  # whoever is not trusted has more ways than can be told
        raise EndpointNonsense(base, f"something unreadable ({type(error).__name__})") from error


def _keyless(said: object) -> str:
    """What was said, on a line, without the key that was sent."""
    line = " ".join(str(said).split())
    return (line.replace(key(), "…") if key() else line)[:200]


def _owner(client: openai.OpenAI) -> str:
    """Who the endpoint says owns its models: "vllm", "llamacpp"; "" where it does not say."""
    try:
        answer = client.models.with_raw_response.list().http_response
        return _Models.model_validate_json(answer.read()).data[0].owned_by
    except (openai.APIStatusError, ValidationError):
        return ""


def _answer(
    client: openai.OpenAI, asked: Enhance, messages: list[dict[str, str]], further: dict[str, Any]
) -> tuple[httpx2.Response, tuple[str, ...]]:
    """Ask with all that is wanted; where that is declined, without log-probabilities; then with the least.

    With the answer come the settings that were declined.
    """
    least: dict[str, Any] = {"model": asked.model, "messages": messages, "stream": True}
    drawing = {"temperature": asked.temperature, "top_p": asked.top_p, "max_tokens": asked.longest}
    seeded = drawing if asked.seed is None else drawing | {"seed": asked.seed % 2**31}
    odds = {"logprobs": True, "top_logprobs": OTHERS}
    declined = tuple("longest" if name == "max_tokens" else name for name in seeded)
    for wanted, without in ((seeded | odds, ()), (seeded, ()), ({}, declined)):
        try:
            asking = client.chat.completions.with_raw_response.create(
                **least, **wanted, extra_body=further or None
            )
            return asking.http_response, without
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            if not wanted:
                raise
    raise AssertionError("the last way returns or raises")


def _read(answer: httpx2.Response, base: str) -> Iterator[_Chunk]:
    """The pieces of a stream, or the whole of an answer that is none.

    Raises:
        EndpointNonsense: it is neither.
    """
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            yield _Chunk.model_validate_json(answer.read().decode(errors="replace"))
        elif kind == "text/event-stream":
            for line in _lines(answer.iter_raw()):
                data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                if data == "[DONE]":
                    return
                if data:
                    yield _Chunk.model_validate_json(data)
        else:
            raise EndpointNonsense(base, "a page of HTML" if "html" in kind else kind or "no kind of text")
    finally:
        answer.close()


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """The lines of a stream of events, parted where these are, and nowhere else."""
    begun: list[bytes] = []
    for piece in pieces:
        *ended, rest = piece.replace(b"\r", b"\n").split(b"\n")
        for end in ended:
            yield b"".join([*begun, end]).decode(errors="replace")
            begun.clear()
        begun.append(rest)
    yield b"".join(begun).decode(errors="replace")


def _written(content: str, odds: _Tokens | None) -> Iterator[Written]:
    """The tokens of a piece, with their odds where these came with it and spell the same text."""
    tokens = odds.content if odds and odds.content else []
    if "".join(token.token for token in tokens) != content:
        tokens = []
    for token in tokens:
        others = [other for other in token.top_logprobs if other.token != token.token]
        yield Written(
            text=token.token,
            probability=_odds(token.logprob),
            entropy=_entropy([token, *others]),
            alternatives=tuple(
                Alternative(text=other.token, probability=_odds(other.logprob)) for other in others[:OTHERS]
            ),
        )
    if content and not tokens:
        yield Written(text=content)


def _odds(logprob: float) -> float:
    """A probability, whatever number the endpoint gave."""
    return math.exp(min(logprob, 0.0)) if math.isfinite(logprob) else 0.0


def _entropy(known: Sequence[_Odds]) -> float:
    """In bits, of the tokens that are known; all the rest is taken for one."""
    odds = [_odds(one.logprob) for one in known]
    rest = max(0.0, 1 - sum(odds))
    return -sum(one * math.log2(one) for one in [*odds, rest] if one > 0)
