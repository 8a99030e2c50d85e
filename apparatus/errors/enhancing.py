"""What keeps a prompt from being rewritten.

Some say that nobody could be asked. The others, `NotEnhanced`, come after the language model was asked: the
prompt then goes on as the person wrote it.
"""

from collections.abc import Iterable

from apparatus.errors.error import ApparatusError


class NoEnhancer(ApparatusError, LookupError):
    """There is no language model of that name on this machine."""

    def __init__(self, asked: str, why: str) -> None:
        """`why` says what is missing or wrong."""
        self.asked, self.why = asked, why
        super().__init__(
            f"{asked} cannot rewrite a prompt: {why}. Give a folder that transformers saved a causal "
            "language model in, a repository of the hub that is on this machine, or an endpoint: "
            "http://machine/v1#model."
        )


class NoInstruction(ApparatusError, LookupError):
    """There is no instruction of that name."""

    def __init__(self, asked: str, why: str, there: Iterable[str]) -> None:
        """`there` are the names that do exist."""
        self.asked, self.why, self.there = asked, why, list(there)
        super().__init__(
            f"There is no instruction {asked!r}: {why}. There are: {', '.join(self.there) or 'none'}. "
            "Choose one of them, or write the instruction itself, in more than one word."
        )


class TextForgotten(ApparatusError, LookupError):
    """A rewritten text is not remembered any more."""

    def __init__(self, text: str) -> None:
        """`text` is its id."""
        self.text = text
        super().__init__(
            f"The rewritten text {text} is not remembered any more, or was never whole. Have the prompt "
            "rewritten again."
        )


class NotEnhanced(ApparatusError):
    """A language model was asked to rewrite the prompt, and that came to nothing."""


class EndpointDown(NotEnhanced, ConnectionError):
    """Nothing answers at the endpoint."""

    def __init__(self, address: str, why: str) -> None:
        """`why` is what the network said."""
        self.address, self.why = address, why
        super().__init__(
            f"The language model at {address} cannot be reached ({why}). The prompt stays as it was "
            "written. Start the endpoint, or choose another."
        )


class EndpointSlow(NotEnhanced, TimeoutError):
    """The endpoint took too long."""

    def __init__(self, address: str, seconds: float) -> None:
        """`seconds` is how long it was waited for."""
        self.address, self.seconds = address, seconds
        super().__init__(
            f"The language model at {address} was not done after {seconds:g} seconds. The prompt stays as "
            "it was written. Ask for fewer tokens, or choose a quicker one."
        )


class EndpointNonsense(NotEnhanced, ValueError):
    """What the endpoint answered is no answer of this kind of interface."""

    def __init__(self, address: str, what: str) -> None:
        """`what` it answered instead: "a page of HTML", "no JSON"."""
        self.address, self.what = address, what
        super().__init__(
            f"The language model at {address} answered with {what}. The prompt stays as it was written. "
            "Check the address: most often it ends in /v1."
        )


class EndpointDeclined(NotEnhanced, PermissionError):
    """The endpoint answered that it will not."""

    def __init__(self, address: str, status: int, said: str) -> None:
        """`status` is HTTP's, `said` the endpoint's own words."""
        self.address, self.status, self.said = address, status, said
        super().__init__(
            f"The language model at {address} declined ({status}: {said}). The prompt stays as it was "
            "written. Check the model's name, and the key in APPARATUS_ENDPOINT_KEY."
        )


class TooMuchSaid(NotEnhanced, ValueError):
    """The answer is far longer than a prompt can be."""

    def __init__(self, model: str, most: int) -> None:
        """`most` is how many characters are read."""
        self.model, self.most = model, most
        super().__init__(
            f"{model} went on for more than {most} characters, and was not listened to further. The "
            "prompt stays as it was written. Ask for fewer tokens, or choose another language model."
        )


class PromptTooLong(NotEnhanced, ValueError):
    """The prompt, with its instruction, is longer than the language model can read."""

    def __init__(self, model: str, tokens: int, most: int) -> None:
        """`tokens` there are, and `most` that it reads, with what it writes."""
        self.model, self.tokens, self.most = model, tokens, most
        super().__init__(
            f"{model} was to read {tokens} tokens, and reads and writes {most} at most. The prompt stays "
            "as it was written. Shorten it, or choose another language model."
        )


class EnhancerRefused(NotEnhanced, ValueError):
    """The language model refused, or said nothing."""

    def __init__(self, model: str, said: str) -> None:
        """`said` is its refusal, if it gave one."""
        self.model, self.said = model, said
        own = f": {said}" if said else " and said nothing"
        super().__init__(
            f"{model} refused{own}. The prompt stays as it was written. Change the instruction, or choose "
            "another language model."
        )


class CannotContinue(NotEnhanced, ValueError):
    """The endpoint cannot go on from a text that was begun."""

    def __init__(self, address: str) -> None:
        """Known to go on are vLLM and llama.cpp."""
        self.address = address
        super().__init__(
            f"The language model at {address} is not known to go on from a text that was begun, so no "
            "token can be chosen in it. Choose one that runs here, or one served by vLLM or llama.cpp."
        )
