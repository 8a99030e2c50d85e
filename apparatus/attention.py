"""Where each word looks: attention per token, taken where every layer computes it, without touching it.

    with watch(pipeline, (height, width), scheme, CROSS) as maps:
        pipeline("a lighthouse in fog")
    maps[0]  # the first step: (pictures, tokens, rows, columns); the tokens of each place sum to one

Queries and keys are read at `F.scaled_dot_product_attention`, after projections, norms and rotations, and the
shares are computed on the side. In cross attention they are those the layer used. In joint attention, where
image and text lie in one sequence, they are each token's share of what goes to the text at all. A column is a
token the denoiser is told, in their order; what the transformer adds itself (AuraFlow's registers, Z-Image's
padding) has none.

Layers compiled or run by another attention backend pass by unseen; so do prompts of several lengths in one
batch, where a family leaves their padding out.
"""

import functools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from math import log
from typing import Any, Literal

import torch
from diffusers import DiffusionPipeline
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from apparatus import taps
from apparatus.guidance import Scheme


@dataclass(frozen=True)
class Text:
    """Where the words stand: in keys of their own, or in one sequence with the image, before it or after it.

    In that sequence the image fills up a `multiple` of places.
    """

    place: Literal["cross", "first", "last"]
    multiple: int = 1


CROSS, FIRST, LAST = Text("cross"), Text("first"), Text("last")
Layer = tuple[str, Float[Tensor, "pictures tokens rows columns"]]
Maps = list[Float[Tensor, "pictures tokens rows columns"] | None]
See = Callable[[Tensor, Tensor, Tensor | None, float | None], None]
Weigh = Callable[[Tensor, Tensor, Tensor | None], Tensor | None]

LARGEST = 2**24
"""Attention weights held at a time, in numbers: heads are taken in turns beyond that."""


@contextmanager
def watch(
    pipeline: DiffusionPipeline, size: tuple[int, int], scheme: Scheme | None = None, text: Text = CROSS
) -> Iterator[Maps]:
    """One map for each step that is computed, the mean over heads and layers; None where no layer was seen.

    `size` is the picture's height and width. `scheme` says which rows are those with the prompt: only these
    are looked at. `text` says where the words stand.
    """
    watching = _Watching(size, scheme or Scheme(), text)
    with _stood(pipeline, watching):
        yield watching.maps


@contextmanager
def apart(
    pipeline: DiffusionPipeline, size: tuple[int, int], scheme: Scheme | None = None, text: Text = CROSS
) -> Iterator[list[Layer]]:
    """The maps of each layer by itself, with its name, as it comes by; one that saw no text is left out."""
    watching = _Apart(size, scheme or Scheme(), text)
    with _stood(pipeline, watching):
        yield watching.found


@contextmanager
def weigh(
    pipeline: DiffusionPipeline,
    weights: Float[Tensor, "tokens"],
    scheme: Scheme | None = None,
    text: Text = CROSS,
) -> Iterator[None]:
    """A scope in which each place attends to the tokens of the prompt this many times as much as it would.

    A weight multiplies a token's attention before the shares are made to sum to one: 1 changes nothing, 0
    takes the token out of sight. Tokens beyond the last weight keep theirs. It acts in every layer that is
    seen, in the rows with the prompt only.
    """
    with _stood(pipeline, _Weighing(weights, scheme or Scheme(), text)):
        yield


@contextmanager
def _stood(pipeline: DiffusionPipeline, standing: "_Standing") -> Iterator[None]:
    """Have something stand at every attention layer of the denoiser, and where the steps begin and end."""
    denoisers = [name for name in taps.DENOISERS if name in pipeline.components]
    layers = {
        f"{name}.{path}": functools.partial(standing.layer, path)
        for name in denoisers
        for path, module in getattr(pipeline, name).named_modules()
        if hasattr(type(module), "set_processor")
    }
    methods = {"prepare_latents": standing.prepare, "scheduler.step": standing.step}
    others = {site: tap for site, tap in methods.items() if taps.has(pipeline, site)}
    calls = {name: functools.partial(standing.denoise, getattr(pipeline, name)) for name in denoisers}
    with taps.tapped(pipeline, {**others, **calls, **layers}), _listener:
        yield


class _Standing:
    """Knows at each attention layer which rows have the prompt, and which keys are its tokens."""

    def __init__(self, scheme: Scheme, text: Text) -> None:
        self.scheme, self.text = scheme, text
        self.pictures = 1
        self.prepared = 0
        self.image = self.places = self.words = self.call = 0
        self.looking = False

    def prepare(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        """How many pictures there are, and in how many places they lie, if in a sequence."""
        returned = call(*args, **kwargs)
        latents = taps.first(returned)
        self.pictures, self.prepared = len(latents), latents.shape[1] if latents.ndim == 3 else 0
        return returned

    def denoise(self, denoiser: Any, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        """How many tokens are image and how many text, and whether this call has the prompt."""
        branch = self.scheme.order[min(self.call, 1)]
        self.call += 1
        one = taps.fed(args, kwargs)[0]  # of the rows the first: in a sequence, or in rows and columns
        if one.ndim == 2:
            self.image = len(one)
        else:
            patch = denoiser.config.get("patch_size") or denoiser.config.get("all_patch_size", [1])[0]
            self.image = one[0].numel() // patch**2
        self.places = self.prepared or self.image  # those beyond are of a picture that is edited
        self.words = self._words(args, kwargs)
        self.looking = self.words > 0 and (self.scheme.stacked or branch == "cond")
        return call(*args, **kwargs)

    def _words(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> int:
        """How many tokens each row with the prompt is told; 0 if that is not known, or they differ."""
        texts = taps.texts(args, kwargs).values()
        lists, mask = [text for text in texts if isinstance(text, list)], kwargs.get("encoder_attention_mask")
        if lists:
            lengths = torch.tensor([len(row) for row in lists[0]])
        elif self.text.place != "cross" and mask is not None:  # Lumina's, which leaves out what it hides
            lengths = mask.sum(1)
        else:
            return sum(text.shape[1] for text in texts)
        cond = self.scheme.cond(lengths, self.pictures).unique()
        return int(cond) if len(cond) == 1 else 0

    def layer(self, path: str, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        """Listen while one attention layer runs; one with no text of its own may hold it in its sequence."""
        if not self.looking or "refiner" in path:  # those of Z-Image and Lumina see image or text alone
            return call(*args, **kwargs)
        own = kwargs.get("encoder_hidden_states")
        own = own[0] if isinstance(own, tuple) else own  # the text, before what an image adapter adds
        cross = self.text.place == "cross" and isinstance(own, Tensor) and own.shape[1] == self.words
        with self.hearing(cross, path):
            return call(*args, **kwargs)

    def step(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        """The step's denoiser calls are over."""
        self.call = 0
        return call(*args, **kwargs)

    def hearing(self, cross: bool, path: str) -> AbstractContextManager[None]:
        """A scope in which it hears what is attended to, in keys of the text's own or in one sequence."""
        raise NotImplementedError

    def lie(self, cross: bool, queries: int, keys: int) -> tuple[slice, slice] | None:
        """Which queries of a layer are image and which keys are text; None if it has no text."""
        if cross:
            return (slice(None), slice(None)) if keys == self.words else None
        if self.text.place == "cross" or queries != keys:
            return None
        if self.text.place == "last":
            begin, image, words = -(-self.image // self.text.multiple) * self.text.multiple, 0, self.words
        else:
            image, words = keys - self.image, self.words
            begin = image - words  # not always 0: AuraFlow has registers there
        if begin < 0 or begin + words > keys:
            return None
        return slice(image, image + self.places), slice(begin, begin + words)


class _Watching(_Standing):
    """The sums of one step, as its layers come by."""

    def __init__(self, size: tuple[int, int], scheme: Scheme, text: Text) -> None:
        super().__init__(scheme, text)
        self.size = size
        self.maps: Maps = []
        self._next_step()

    def _next_step(self) -> None:
        self.sums: dict[int, Tensor] = {}
        self.layers: Counter[int] = Counter()

    def step(self, call: taps.Tap, *args: Any, **kwargs: Any) -> Any:
        """Close the map of this step."""
        self.maps.append(self._map())
        self._next_step()
        return super().step(call, *args, **kwargs)

    def hearing(self, cross: bool, path: str) -> AbstractContextManager[None]:
        """It sees queries and keys."""
        return _here.told(see=functools.partial(self._see, cross, path))

    def _see(
        self, cross: bool, path: str, query: Tensor, key: Tensor, mask: Tensor | None, scale: float | None
    ) -> None:
        lie = self.lie(cross, query.shape[2], key.shape[2])
        if lie is None or (self.scheme.stacked and self.call > 1):  # a call with some of its layers left out
            return
        image, text = lie
        if mask is not None:
            mask = mask[(None,) * (4 - mask.ndim)]
            mask = mask[..., text] if mask.shape[-2] == 1 else mask[..., image, text]
            mask = self.scheme.cond(mask, self.pictures)
        query, key = (self.scheme.cond(each, self.pictures) for each in (query[:, :, image], key[:, :, text]))
        self.take(path, shares(query, key, mask, scale))

    def take(self, path: str, share: Float[Tensor, "pictures places tokens"]) -> None:
        """Add what one layer saw to the sum of the step."""
        places = share.shape[1]
        self.sums[places] = self.sums[places].add_(share) if places in self.sums else share
        self.layers[places] += 1

    def _map(self) -> Tensor | None:
        if not self.sums:
            return None
        rows = grid(max(self.sums), *self.size)
        grown = [
            functional.interpolate(
                total.transpose(1, 2).unflatten(2, grid(places, *self.size)), size=rows, mode="bilinear"
            )
            for places, total in self.sums.items()
        ]
        return torch.stack(grown).sum(0) / self.layers.total()


class _Apart(_Watching):
    """Each layer's shares by themselves."""

    def __init__(self, size: tuple[int, int], scheme: Scheme, text: Text) -> None:
        super().__init__(size, scheme, text)
        self.found: list[Layer] = []

    def take(self, path: str, share: Float[Tensor, "pictures places tokens"]) -> None:
        """Keep what one layer saw."""
        rows = share.transpose(1, 2).unflatten(2, grid(share.shape[1], *self.size))
        self.found.append((path.removesuffix(".processor"), rows.cpu()))


class _Weighing(_Standing):
    """Adds to what each place thinks of a token the logarithm of that token's weight."""

    def __init__(self, weights: Float[Tensor, "tokens"], scheme: Scheme, text: Text) -> None:
        super().__init__(scheme, text)
        self.added = weights.float().log()

    def hearing(self, cross: bool, path: str) -> AbstractContextManager[None]:
        """It changes the mask."""
        return _here.told(weigh=functools.partial(self._weigh, cross))

    def _weigh(self, cross: bool, query: Tensor, key: Tensor, mask: Tensor | None) -> Tensor | None:
        lie = self.lie(cross, query.shape[2], key.shape[2])
        if lie is None:
            return mask
        image, text = lie
        added = query.new_zeros((len(query), 1, 1 if cross else query.shape[2], key.shape[2]))
        texts = self.scheme.cond(added, self.pictures)[:, :, image, text]
        own = self.added[: texts.shape[-1]]
        texts[..., : len(own)] += own.to(added)
        return added if mask is None else added + _added(mask[(None,) * (4 - mask.ndim)]).to(added.dtype)


def shares(
    query: Float[Tensor, "rows heads places features"],
    key: Float[Tensor, "rows key_heads tokens features"],
    mask: Tensor | None = None,
    scale: float | None = None,
) -> Float[Tensor, "rows places tokens"]:
    """The share of each token in what each place attends to, the mean over heads."""
    heads = query.shape[1]
    query = query * (query.shape[-1] ** -0.5 if scale is None else scale)
    key = key.repeat_interleave(heads // key.shape[1], 1)
    added = None if mask is None else _added(mask).expand(-1, heads, -1, -1)
    total = query.new_zeros((len(query), query.shape[2], key.shape[2]), dtype=torch.float32)
    turn = max(1, LARGEST // total.numel())
    for some in (slice(start, start + turn) for start in range(0, heads, turn)):
        weights = query[:, some] @ key[:, some].transpose(-1, -2)
        weights = weights if added is None else weights + added[:, some]
        total += weights.float().softmax(-1).sum(1)
    return total / heads


def _added(mask: Tensor) -> Tensor:
    """A mask as what is added to the weights: nothing where a token may be looked at."""
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, float("-inf"))


@functools.cache
def grid(places: int, height: int, width: int) -> tuple[int, int]:
    """The rows and columns that `places` of a picture of that shape make."""
    sides = [(rows, places // rows) for rows in range(1, places + 1) if places % rows == 0]
    return min(sides, key=lambda sides: abs(log(sides[0] * width / (sides[1] * height))))


class _Here(threading.local):
    see: See | None = None
    weigh: Weigh | None = None

    @contextmanager
    def told(self, **listeners: Any) -> Iterator[None]:
        """A scope in which these listen, beside those that do already."""
        before = {name: getattr(self, name) for name in listeners}
        vars(self).update(listeners)
        try:
            yield
        finally:
            vars(self).update(before)


class _Listener:
    """Stands at the function while anyone listens, in any thread: processors look it up when they call it."""

    def __init__(self) -> None:
        self.lock, self.listeners = threading.Lock(), 0

    def __enter__(self) -> None:
        with self.lock:
            self.listeners += 1
            if self.listeners == 1:
                self.attend = functional.scaled_dot_product_attention
                functional.scaled_dot_product_attention = self

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.listeners -= 1
            if self.listeners == 0:
                functional.scaled_dot_product_attention = self.attend

    def __call__(self, query: Tensor, key: Tensor, value: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Attend, and show who watches in this thread what it was given."""
        if _here.weigh is not None:
            mask, *others = args or (kwargs.pop("attn_mask", None),)
            args = (_here.weigh(query, key, mask), *others)
        attended = self.attend(query, key, value, *args, **kwargs)
        if _here.see is not None:
            mask = args[0] if args else kwargs.get("attn_mask")
            _here.see(query, key, mask, kwargs.get("scale"))
        return attended


_here = _Here()
_listener = _Listener()
