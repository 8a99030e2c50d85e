"""A language model behind an endpoint that speaks as OpenAI's does: llama.cpp, vLLM, Ollama, a hosted one.

It is not trusted: it has so many seconds, bytes and characters, and what it sends is read line by line, for
it may be anything. Log-probabilities are asked for, and done without where it declines.

Source: openai 3.54.0. That a text which was begun is gone on with: vLLM, `continue_final_message`; llama.cpp
(pull requests 13174 and 13608), where the last message is the assistant's.
"""

import json
import math
import os
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import Any

import httpx2
import openai
from pydantic import BaseModel, ValidationError

from apparatus import instructions
from apparatus.enhancements import Alternative, Enhance, Written
from apparatus.enhancers import Writing
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

SECONDS = 60.0
"""An endpoint has, all in all; APPARATUS_ENDPOINT_SECONDS says otherwise."""

CONNECT = 5.0
LARGEST = 8_000_000
"""Bytes of an answer: a thousand tokens with eight alternatives each are two million."""

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


def begin(asked: Enhance, prompt: str, language: Language | None, before: Sequence[Written]) -> Writing:
    """Ask; what is written is read as it comes.

    Raises:
        NoInstruction: there is no such instruction.
        NotEnhanced: the endpoint is down, declines, or cannot go on from a begun text.
    """
    base = asked.by.rpartition("#")[0]
    text = instructions.filled(instructions.text(asked.template, language), prompt)
    messages = [{"role": "user", "content": text}]
    client = _client(base)
    further: dict[str, Any] = {}
    if before or asked.chosen:
        owner = _owner(client)
        if not before or owner not in CONTINUING:
            raise CannotContinue(base)
        begun = "".join(token.text for token in before if not token.mark)
        messages.append({"role": "assistant", "content": begun})
        further = CONTINUING[owner]
    given = json.dumps(messages, ensure_ascii=False, indent=1)
    writing = Writing(asked.model, given, "given", iter(()))
    writing.tokens = _tokens(client, base, asked, messages, further, list(before), writing)
    return writing


def _client(base: str) -> openai.OpenAI:
    """A client that waits for no answer longer than it may, and reads no more of it than it may."""
    seconds = float(os.environ.get("APPARATUS_ENDPOINT_SECONDS") or SECONDS)
    until = monotonic() + seconds

    def bound(response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, base, seconds, until)

    return openai.OpenAI(
        base_url=base,
        api_key=os.environ.get("APPARATUS_ENDPOINT_KEY") or "none",
        max_retries=0,
        http_client=httpx2.Client(
            timeout=httpx2.Timeout(seconds, connect=min(CONNECT, seconds)),
            event_hooks={"response": [bound]},
        ),
    )


class _Bounded(httpx2.SyncByteStream):
    """The bytes of an answer, as long as there are not too many, and not for too long."""

    def __init__(self, stream: httpx2.SyncByteStream, base: str, seconds: float, until: float) -> None:
        self._stream, self._base, self._seconds, self._until = stream, base, seconds, until

    def __iter__(self) -> Iterator[bytes]:
        """Raises EndpointSlow, TooMuchSaid."""
        size = 0
        for piece in self._stream:
            size += len(piece)
            if monotonic() > self._until:
                raise EndpointSlow(self._base, self._seconds)
            if size > LARGEST:
                raise TooMuchSaid(self._base, LARGEST)
            yield piece

    def close(self) -> None:
        """Let go of the connection."""
        self._stream.close()


def _owner(client: openai.OpenAI) -> str:
    """Who the endpoint says owns its models: "vllm", "llamacpp"; "" where it does not say."""
    try:
        said = json.loads(client.models.with_raw_response.list().http_response.read())
        return str(said["data"][0]["owned_by"])
    except (openai.OpenAIError, httpx2.HTTPError, ValueError, LookupError, TypeError, NotEnhanced):
        return ""


def _tokens(
    client: openai.OpenAI,
    base: str,
    asked: Enhance,
    messages: list[dict[str, str]],
    further: dict[str, Any],
    before: list[Written],
    writing: Writing,
) -> Iterator[Written]:
    """What was begun, then what comes; every way in which it can go wrong by its own name."""
    yield from before
    left = LONGEST_PROMPT - sum(len(token.text) for token in before)
    try:
        for chunk in _chunks(_answer(client, asked, messages, further), base):
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
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        seconds = float(os.environ.get("APPARATUS_ENDPOINT_SECONDS") or SECONDS)
        raise EndpointSlow(base, seconds) from error
    except openai.APIStatusError as error:
        why = " ".join(str(error.message).split())[:200]
        raise EndpointDeclined(base, error.status_code, why) from error
    except (openai.APIConnectionError, httpx2.HTTPError) as error:
        raise EndpointDown(base, str(error.__cause__ or error)[:200]) from error
    finally:
        client.close()


def _answer(
    client: openai.OpenAI, asked: Enhance, messages: list[dict[str, str]], further: dict[str, Any]
) -> httpx2.Response:
    """Ask with all that is wanted; where that is declined, without log-probabilities; then with the least."""
    least: dict[str, Any] = {"model": asked.model, "messages": messages, "stream": True}
    drawing = {"temperature": asked.temperature, "top_p": asked.top_p, "max_tokens": asked.longest}
    seeded = drawing if asked.seed is None else drawing | {"seed": asked.seed % 2**31}
    odds = {"logprobs": True, "top_logprobs": OTHERS}
    for wanted in (least | seeded | odds, least | seeded, least):
        try:
            asking = client.chat.completions.with_raw_response.create(**wanted, extra_body=further or None)
            return asking.http_response
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            if wanted is least:
                raise
    raise AssertionError("the last way returns or raises")


def _chunks(answer: httpx2.Response, base: str) -> Iterator[_Chunk]:
    """The pieces of a stream, or the whole of an answer that is none.

    Raises:
        EndpointNonsense: it is neither.
    """
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            yield _Chunk.model_validate_json(answer.read())
        elif kind == "text/event-stream":
            for line in answer.iter_lines():
                data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                if data == "[DONE]":
                    return
                if data:
                    yield _Chunk.model_validate_json(data)
        else:
            raise EndpointNonsense(
                base, "a page of HTML" if "html" in kind else f"{kind or 'no kind of text'}"
            )
    except ValidationError as error:
        raise EndpointNonsense(base, "something that is no part of a chat") from error
    finally:
        answer.close()


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
